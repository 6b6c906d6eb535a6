from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("videos", "0028_library_orders")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="release",
            name="small_poster_key",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="the poster for lists; empty: none is smaller, or the version before made it",
                max_length=200,
            ),
        ),
    ]
