"""Sends requests: credentials, time limits, retries, errors. All else in this client goes through it."""

from __future__ import annotations

import email.utils
import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any, Callable, Dict, Mapping, Optional, TypeVar

from .errors import ApiError, ConnectionFailed, StenoError

Answer = TypeVar("Answer")

FIRST_DELAY = 0.5
LONGEST_DELAY = 8.0
#: Who is told to come back later than this decides for themselves.
MOST_SECONDS_WAITED = 60.0
#: 501, 505 and 507 stay what they are.
PASSING_FAULTS = (408, 500, 502, 503, 504)
CHARACTERS_OF_PAGE = 200
#: Bytes a second of a slow line.
SLOW_LINE = 65_536


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The API redirects nowhere, and urllib would take the credentials along."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Transport:
    def __init__(
        self,
        base_url: str,
        *,
        api_key: Optional[str] = None,
        access_token: Optional[str] = None,
        workspace_id: Optional[str] = None,
        timeout: float = 60.0,
        retries: int = 4,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._headers: Dict[str, str] = {}
        token = api_key or access_token
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        if workspace_id is not None:
            self._headers["X-Workspace-Id"] = workspace_id
        self._timeout = timeout
        self._retries = retries
        self.sleep = sleep
        self._opener = urllib.request.build_opener(_NoRedirects())

    @staticmethod
    def fill(path: str, **parameters: str) -> str:
        """A path with its parameters in their places."""
        return path.format(**{name: urllib.parse.quote(str(value), safe="") for name, value in parameters.items()})

    def time_for(self, count: int) -> float:
        """Seconds that a request with so many bytes gets."""
        return self._timeout + count / SLOW_LINE

    def call(self, method: str, target: str, **options: Any) -> Any:
        """Calls a route and gives what it answers as JSON; None where it answers nothing."""
        return self.send(method, target, _read_json, **options)

    def fetch(self, method: str, target: str, **options: Any) -> bytes:
        """Calls a route and gives the bytes of its answer."""
        return self.send(method, target, lambda response: response.read(), **options)

    def open(self, method: str, target: str, **options: Any) -> http.client.HTTPResponse:
        """Calls a route and gives its answer to be read as it comes; whoever asked closes it."""
        return self.send(method, target, _leave_open, **options)

    def send(
        self,
        method: str,
        target: str,
        read: Callable[[Any], Answer],
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Optional[Any] = None,
        content: Optional[bytes] = None,
        headers: Optional[Mapping[str, str]] = None,
        keyed: bool = False,
        idempotency_key: Optional[str] = None,
        repeatable: bool = False,
        anonymous: bool = False,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> Answer:
        """
        Sends a request until it is answered or there is no point in trying.

        :param read: takes what is wanted from a good answer
        :param keyed: whether the route takes an Idempotency-Key
        :param anonymous: whether it goes without the credentials, for addresses that are signed
        :raises ApiError: when the server refuses
        :raises ConnectionFailed: when no answer comes
        """
        key = (idempotency_key or str(uuid.uuid4())) if keyed else None
        request_headers = {} if anonymous else dict(self._headers)
        request_headers.update(headers or {})
        if key is not None:
            request_headers["Idempotency-Key"] = key
        if body is not None:
            content = json.dumps(body).encode()
            request_headers["Content-Type"] = "application/json"
        url = (self._base + target if target.startswith("/") else target) + _to_query(query or {})
        most = self._retries if retries is None else retries
        attempts = 0
        while True:
            attempts += 1
            request = urllib.request.Request(url, data=content, headers=request_headers, method=method)
            try:
                return self._attempt(request, read, self._timeout if timeout is None else timeout)
            except StenoError as error:
                error.idempotency_key = key
                # The first try removed it and its answer was lost.
                if attempts > 1 and method == "DELETE" and isinstance(error, ApiError) and error.status == 404:
                    return None  # type: ignore[return-value]
                made = _made_before(error)
                if made is not None:
                    return self.send("GET", made, read, timeout=timeout, retries=retries)
                delay = delay_before(error, attempts, repeatable or keyed or method != "POST")
                if attempts > most or delay is None:
                    raise
            self.sleep(delay)

    def _attempt(self, request: urllib.request.Request, read: Callable[[Any], Answer], timeout: float) -> Answer:
        try:
            response = self._opener.open(request, timeout=timeout)
            if read is _leave_open:
                return read(response)
            with response:
                return read(response)
        except urllib.error.HTTPError as error:
            with error:
                raise _to_api_error(error) from None
        except (OSError, http.client.HTTPException) as error:
            address = request.full_url.split("?")[0]
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise ConnectionFailed(f"{request.get_method()} {address} was not answered: {reason}.") from error


def delay_before(error: StenoError, attempts: int, repeatable: bool) -> Optional[float]:
    """
    How long to wait before a request that failed is sent again; None: it is not.

    :param attempts: made so far
    :param repeatable: whether it has no second effect when it was served and only its answer was lost
    """
    if isinstance(error, ConnectionFailed):
        return _backoff(attempts) if repeatable else None
    if not isinstance(error, ApiError) or not _may_pass(error, repeatable):
        return None
    asked = error.retry_after or 0.0
    return None if asked > MOST_SECONDS_WAITED else max(asked, _backoff(attempts))


def _may_pass(error: ApiError, repeatable: bool) -> bool:
    if error.status == 429:
        return error.code != "quota_exceeded"
    if error.code == "idempotency_in_progress":
        return True
    return repeatable and error.status in PASSING_FAULTS


def _backoff(attempts: int) -> float:
    """Twice as long each time; half of it is left to chance, so that those who failed together do not come back together."""
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempts - 1))
    return delay * (0.5 + random.random() / 2)


def _leave_open(response: Any) -> Any:
    return response


def _read_json(response: Any) -> Any:
    text = response.read()
    return None if text == b"" else json.loads(text)


def _to_query(query: Mapping[str, Any]) -> str:
    given = {name: _to_text(value) for name, value in query.items() if value is not None}
    return f"?{urllib.parse.urlencode(given)}" if given else ""


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(str(one) for one in value) if isinstance(value, (list, tuple)) else str(value)


def _to_api_error(error: urllib.error.HTTPError) -> ApiError:
    text = error.read().decode("utf-8", "replace")
    try:
        problem = json.loads(text)
    except ValueError:
        problem = {"detail": text[:CHARACTERS_OF_PAGE]}
    return ApiError(error.code, problem if isinstance(problem, dict) else {}, read_retry_after(error.headers.get("Retry-After")))


def read_retry_after(header: Optional[str]) -> Optional[float]:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3): a number or a date."""
    if header is None:
        return None
    if header.isdigit():
        return float(header)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _made_before(error: StenoError) -> Optional[str]:
    """Where that is which an earlier try made, whose answer the server lost in a crash."""
    if not isinstance(error, ApiError) or error.code != "idempotency_answer_lost":
        return None
    location = error.problem.get("location")
    return location if isinstance(location, str) and location.startswith("/") else None
