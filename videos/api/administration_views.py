"""What administrators read and do through the API: the audit log, and invitations."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import invitations
from accounts.models import AuditEntry, Invitation, User
from accounts.rights import may
from accounts.scopes import Scope
from videos import ids
from videos.api.filters import AuditFilter
from videos.api.pagination import NEWEST_FIRST
from videos.api.serializers.administration import (
    AuditEntrySerializer,
    CreatedInvitationSerializer,
    InvitationFormSerializer,
    InvitationSerializer,
)
from videos.api.strictness import StrictRequests


class _OfStaff(StrictRequests, mixins.ListModelMixin, viewsets.GenericViewSet[Any]):
    """What only staff with a permission for each action may read and do."""

    rights: ClassVar[dict[str, str]]
    lookup_value_converter = ids.CONVERTER
    orderings = NEWEST_FIRST

    def check_permissions(self, request: Request) -> None:
        """Refuse all others, whatever they ask for."""
        super().check_permissions(request)
        right = self.rights.get(self.action or "")
        if right is not None and not may(request.user, right):
            raise PermissionDenied


class AuditViewSet(_OfStaff):
    """The audit log, newest first."""

    queryset = AuditEntry.objects.none()
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilter
    rights: ClassVar[dict[str, str]] = {"list": "accounts.view_auditentry"}
    scopes = {"list": Scope.ADMIN}

    def get_queryset(self) -> QuerySet[AuditEntry]:
        """Return all entries."""
        return AuditEntry.objects.all()


class InvitationViewSet(_OfStaff):
    """Invitations to sign up, newest first."""

    queryset = Invitation.objects.none()
    serializer_class = InvitationSerializer
    filter_backends = ()
    takes_keys = False  # a stored answer would hold the link
    bodies = {"create": InvitationFormSerializer}
    rights: ClassVar[dict[str, str]] = {
        "list": "accounts.view_invitation",
        "create": "accounts.add_invitation",
        "destroy": "accounts.change_invitation",
    }
    scopes = dict.fromkeys(rights, Scope.ADMIN)

    def get_queryset(self) -> QuerySet[Invitation]:
        """Return all invitations."""
        return Invitation.objects.select_related("made_by", "used_by")

    @extend_schema(request=InvitationFormSerializer, responses={201: CreatedInvitationSerializer})
    def create(self, request: Request) -> Response:
        """Invite somebody."""
        form = InvitationFormSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = dict(form.validated_data)
        send = wanted.pop("send")
        user = cast(User, request.user)
        invitation, secret = invitations.make(invitations.Terms(**wanted), by=user)
        link = request.build_absolute_uri(reverse("account_invitation", args=[secret]))
        told = {"link": link, "sent": send and invitations.send(invitation, link)}
        context = {**self.get_serializer_context(), **told}
        answer = CreatedInvitationSerializer(invitation, context=context)
        return Response(answer.data, status=HTTPStatus.CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke an invitation."""
        invitations.revoke(self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)
