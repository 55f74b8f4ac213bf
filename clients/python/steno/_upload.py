"""Sends recordings: small ones in one request, large ones in parts side by side."""

from __future__ import annotations

import hashlib
import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, List, Optional, Union

from .errors import ApiError, ChecksumMismatch

if TYPE_CHECKING:
    from ._transport import Transport
    from .generated.models import Audio, PartUrl

#: Up to this many bytes a file goes in one request.
DIRECT_BYTES = 8 * 1024 * 1024
#: The server gives no more URLs at once.
URLS_AT_ONCE = 100
PIECE = 1024 * 1024

Path = Union[str, "os.PathLike[str]"]
#: Told how many bytes have arrived, and of how many.
OnProgress = Callable[[int, int], None]


@dataclass
class UploadOptions:
    """How a file is sent."""

    name: str
    upload_id: Optional[str] = None
    on_begun: Optional[Callable[[str], None]] = None
    on_progress: Optional[OnProgress] = None
    parallel: int = 4
    direct_bytes: int = DIRECT_BYTES
    idempotency_key: Optional[str] = None


def send_recording(transport: Transport, path: Path, options: UploadOptions) -> Audio:
    """:raises ChecksumMismatch: when what was stored is not the file"""
    sha256, size = _hash(path)
    if options.upload_id is None and size <= options.direct_bytes:
        recording = _send_whole(transport, path, options)
    else:
        recording = _PartsUpload(transport, path, size, sha256, options).send()
    if recording["sha256"] != sha256:
        raise ChecksumMismatch(f"The recording {recording['id']} is not the file that was sent. Delete it and send the file again.")
    return recording


def _hash(path: Path) -> "tuple[str, int]":
    digest = hashlib.sha256()
    size = 0
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(PIECE), b""):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _send_whole(transport: Transport, path: Path, options: UploadOptions) -> Audio:
    with open(path, "rb") as file:
        content = file.read()
    boundary = uuid.uuid4().hex
    # As browsers write names (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data).
    name = options.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    recording = transport.call(
        "POST",
        "/api/v1/audio/upload",
        content=head.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
        keyed=True,
        idempotency_key=options.idempotency_key,
        timeout=transport.time_for(len(content)),
    )
    if options.on_progress is not None:
        options.on_progress(len(content), len(content))
    return recording


class _PartsUpload:
    """An upload in parts, from its beginning or from where it was cut off."""

    def __init__(self, transport: Transport, path: Path, size: int, sha256: str, options: UploadOptions) -> None:
        self._transport = transport
        self._path = path
        self._size = size
        self._sha256 = sha256
        self._options = options
        self._sent = 0
        self._lock = threading.Lock()

    def send(self) -> Audio:
        if self._options.upload_id is None:
            return self._begin()
        return self._go_on(self._options.upload_id)

    def _go_on(self, upload_id: str) -> Audio:
        upload = self._transport.call("GET", self._route("/api/v1/uploads/{id}", upload_id))
        if upload["bytes"] != self._size or upload["sha256"] not in (None, self._sha256):
            raise ChecksumMismatch(f"The upload {upload['id']} was begun with another file. Give that one, or begin anew.")
        if upload["status"] != "completed":
            arrived = {part["number"] for part in upload["parts"]}
            self._report(sum(part["bytes"] for part in upload["parts"]))
            missing = [number for number in self._numbers(upload["partBytes"]) if number not in arrived]
            self._send_parts(upload["id"], upload["partBytes"], missing, [])
        return self._complete(upload["id"])

    def _begin(self) -> Audio:
        body = {"name": self._options.name, "bytes": self._size, "sha256": self._sha256}
        begun = self._transport.call(
            "POST", "/api/v1/uploads", body=body, keyed=True, idempotency_key=self._options.idempotency_key
        )
        if self._options.on_begun is not None:
            self._options.on_begun(begun["id"])
        # Under a key of the caller's own this may be the answer to an earlier run, whose parts are there.
        if self._options.idempotency_key is not None:
            return self._go_on(begun["id"])
        self._send_parts(begun["id"], begun["partBytes"], self._numbers(begun["partBytes"]), begun["partUrls"])
        return self._complete(begun["id"])

    def _numbers(self, part_bytes: int) -> List[int]:
        return list(range(1, -(-self._size // part_bytes) + 1))

    def _send_parts(self, id: str, part_bytes: int, numbers: List[int], known: List[PartUrl]) -> None:
        for first in range(0, len(numbers), URLS_AT_ONCE):
            batch = numbers[first : first + URLS_AT_ONCE]
            urls = known if first == 0 and known else self._urls(id, batch)
            pool = ThreadPoolExecutor(max_workers=max(1, self._options.parallel))
            try:
                for done in [pool.submit(self._send_part, id, part, part_bytes) for part in urls]:
                    done.result()
            finally:
                # What has not begun when one part fails is not sent.
                pool.shutdown(wait=True, cancel_futures=True)

    def _send_part(self, id: str, part: PartUrl, part_bytes: int) -> None:
        number, count = int(part["number"]), int(part["bytes"])
        with open(self._path, "rb") as file:
            file.seek((number - 1) * part_bytes)
            piece = file.read(count)
        try:
            self._put(part["url"], piece)
        except ApiError as error:
            # The URL has ended meanwhile.
            if error.status != 403:
                raise
            self._put(self._urls(id, [number])[0]["url"], piece)
        self._report(count)

    def _put(self, url: str, piece: bytes) -> None:
        self._transport.fetch(
            "PUT",
            url,
            content=piece,
            headers={"Content-Type": "application/octet-stream"},
            anonymous=True,
            timeout=self._transport.time_for(len(piece)),
        )

    def _urls(self, id: str, numbers: List[int]) -> List[PartUrl]:
        route = self._route("/api/v1/uploads/{id}/parts", id)
        return self._transport.call("POST", route, body={"numbers": numbers}, repeatable=True)["partUrls"]

    def _complete(self, id: str) -> Audio:
        route = self._route("/api/v1/uploads/{id}/complete", id)
        return self._transport.call("POST", route, repeatable=True, timeout=self._transport.time_for(self._size))

    def _route(self, path: str, id: str) -> str:
        return self._transport.fill(path, id=id)

    def _report(self, count: int) -> None:
        with self._lock:
            self._sent += count
            if self._options.on_progress is not None:
                self._options.on_progress(self._sent, self._size)
