"""The URLs of the pages."""

from django.urls import path, re_path

# These imports register the converter that the routes use.
from videos import ids  # noqa: F401
from videos.pages import images, open_views, push_worker, tracks, trash, views
from videos.pages.account import invitation, keys, notifications, security, webhooks
from videos.pages.account import profile as account
from videos.pages.account.usage import usage

urlpatterns = [
    path("", views.library, name="library"),
    path("library/cards/<id:video_id>/", views.card, name="card"),
    path("images/", images.page, name="images"),
    path("images/<id:image_id>/delete/", images.delete, name="image_delete"),
    path("upload/", views.upload, name="upload"),
    path("watch/<id:video_id>/", views.watch, name="watch"),
    path("watch/<id:video_id>/original/", views.original, name="watch_original"),
    path("watch/<id:video_id>/tracks/<id:track_id>/edit/", tracks.edit, name="track_edit"),
    path("embed/<id:video_id>/", open_views.embed, name="embed"),
    path("poster/<id:video_id>/", open_views.poster, name="poster"),
    path("oembed/", open_views.oembed, name="oembed"),
    path("trash/", trash.page, name="trash"),
    path("trash/<id:video_id>/restore/", trash.restore, name="trash_restore"),
    path("trash/<id:video_id>/delete/", trash.delete, name="trash_delete"),
    path("trash/images/<id:image_id>/restore/", trash.restore_image, name="trash_restore_image"),
    path("trash/images/<id:image_id>/delete/", trash.delete_image, name="trash_delete_image"),
    path("account/", account.account, name="account"),
    path("account/usage/", usage, name="account_usage"),
    path("account/profile/", account.save_profile, name="account_profile"),
    path("account/keys/", keys.keys, name="account_keys"),
    path("account/keys/<id:key_id>/revoke/", keys.revoke, name="account_key_revoke"),
    path("accounts/invitation/<slug:secret>/", invitation.invitation, name="account_invitation"),
    path("account/webhooks/", webhooks.page, name="account_webhooks"),
    path("account/webhooks/create/", webhooks.create, name="account_webhook_create"),
    path("account/webhooks/<id:webhook_id>/", webhooks.one, name="account_webhook"),
    *(
        path(f"account/webhooks/<id:webhook_id>/{name}/", view, name=f"account_webhook_{name}")
        for name, view in (
            ("change", webhooks.change),
            ("turn", webhooks.turn),
            ("rotate", webhooks.rotate),
            ("delete", webhooks.delete),
            ("test", webhooks.test),
            ("replay", webhooks.replay),
        )
    ),
    path(
        "account/webhooks/<id:webhook_id>/<id:delivery_id>/again/",
        webhooks.send_again,
        name="account_webhook_again",
    ),
    path("account/notifications/", notifications.page, name="account_notifications"),
    path("account/notifications/save/", notifications.save, name="account_notifications_save"),
    path(
        "account/notifications/browsers/<id:subscription_id>/remove/",
        notifications.remove_browser,
        name="account_browser_remove",
    ),
    path("notifications/off/<str:token>/", notifications.turn_off, name="notifications_off"),
    path("push-worker.js", push_worker.push_worker, name="push_worker"),
    path("account/security/", security.security, name="account_security"),
    path(
        "account/security/sessions/<int:session_id>/end/",
        security.end_session,
        name="account_session_end",
    ),
    path(
        "account/security/log-out-everywhere/",
        security.log_out_everywhere,
        name="account_log_out_everywhere",
    ),
    # Before allauth's own routes, which have the same URLs.
    path("accounts/email/", account.emails, name="account_email"),
    re_path(
        r"^accounts/confirm-email/(?P<key>[-:\w]+)/$",
        account.confirm_email,
        name="account_confirm_email",
    ),
    path("accounts/password/change/", security.password, name="account_change_password"),
    path("accounts/2fa/", security.factors, name="mfa_index"),
    path("accounts/2fa/webauthn/", security.factors, name="mfa_list_webauthn"),
]
