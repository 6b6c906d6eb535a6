from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0007_shipped_profiles")]

    operations = [
        migrations.AddField(
            model_name="encodingprofile",
            name="copies",
            field=models.BooleanField(
                default=True,
                help_text=(
                    "A source that is as its largest rung would be is not encoded again for it."
                ),
                verbose_name="keep fitting pictures",
            ),
        ),
    ]
