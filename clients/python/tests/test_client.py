from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import os
import tempfile
import time
import typing
import unittest

from steno import (
    ApiError,
    ChecksumMismatch,
    ConnectionFailed,
    Steno,
    TranscriptionFailed,
    Unfinished,
    WebhookRefused,
    each,
    models,
    unwrap_webhook,
)
from steno._progress import read_events

from .scripted_server import BROKEN, Answer, ScriptedServer, answer_json, problem

ID = "019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708"
ORDER: models.OrderTranscription = {"audioId": ID}


class Requests(unittest.TestCase):
    def test_go_to_the_route_with_all_that_belongs_to_them(self) -> None:
        with ScriptedServer(answer_json({"total": {}}), answer_json({"id": "x"}), answer_json({"id": ID}, 202)) as server:
            client = server.client(workspace_id="w1")
            client.usage.get(from_="2026-03-01", group_by=["day", "provider"])
            client.audio.get("a/b")
            client.transcriptions.create(ORDER)
            self.assertEqual(
                [f"{seen.method} {seen.path}" for seen in server.seen],
                [
                    "GET /api/v1/usage?from=2026-03-01&groupBy=day%2Cprovider",
                    "GET /api/v1/audio/a%2Fb",
                    "POST /api/v1/transcriptions",
                ],
            )
            self.assertEqual(json.loads(server.seen[2].body), ORDER)
            self.assertEqual(server.seen[2].headers["authorization"], "Bearer stn_key")
            self.assertEqual(server.seen[2].headers["x-workspace-id"], "w1")
            self.assertEqual([key is None for key in server.keys()], [True, True, False])

    def test_are_sent_again_with_the_same_key(self) -> None:
        script = (BROKEN, problem(503, "service_unavailable"), problem(409, "idempotency_in_progress"), answer_json({"id": ID}, 202))
        with ScriptedServer(*script) as server:
            self.assertEqual(server.client().transcriptions.create(ORDER), {"id": ID})
            self.assertEqual((len(server.seen), len(set(server.keys()))), (4, 1))
            self.assertEqual([0.25 <= wait <= 2 for wait in server.slept], [True] * 3)

    def test_are_not_sent_again_when_they_might_take_effect_twice(self) -> None:
        with ScriptedServer(BROKEN, problem(500, "internal_error")) as server:
            client = server.client()
            self.assertRaises(ConnectionFailed, client.transcriptions.cancel, ID)
            self.assertRaises(ApiError, client.transcriptions.cancel, ID)
            self.assertEqual(len(server.seen), 2)

    def test_wait_as_long_as_the_server_says_but_no_longer_than_a_minute(self) -> None:
        with ScriptedServer(problem(429, "too_many_requests", retry_after="20"), answer_json({})) as server:
            server.client().transcriptions.cancel(ID)
            self.assertEqual(server.slept, [20.0])
        for answer in (
            problem(429, "quota_exceeded", retry_after="5"),
            problem(429, "too_many_requests", retry_after="3000"),
            problem(503, "service_unavailable", retry_after="Fri, 01 Jan 2100 00:00:00 GMT"),
            problem(422, "validation_failed"),
        ):
            with ScriptedServer(answer) as server:
                self.assertRaises(ApiError, server.client().transcriptions.get, ID)
                self.assertEqual(len(server.seen), 1)

    def test_say_what_was_wrong(self) -> None:
        errors = [{"path": "audioId", "message": "must be a UUID", "code": "isUuid"}]
        with ScriptedServer(problem(422, "validation_failed", {"errors": errors})) as server:
            with self.assertRaises(ApiError) as caught:
                server.client().transcriptions.create(ORDER)
            error = caught.exception
            self.assertEqual((error.status, error.code, error.request_id), (422, "validation_failed", "req_1"))
            self.assertEqual((str(error), error.violations), ("This is validation_failed.", errors))
            self.assertEqual(error.idempotency_key, server.keys()[0])
        with ScriptedServer(Answer(400, b"<html>Bad gateway</html>")) as server:
            with self.assertRaises(ApiError) as caught:
                server.client().usage.quotas()
            self.assertEqual((caught.exception.code, str(caught.exception)), ("unknown", "<html>Bad gateway</html>"))

    def test_to_remove_are_done_when_the_first_try_had_removed_it(self) -> None:
        with ScriptedServer(BROKEN, problem(404, "audio_not_found")) as server:
            server.client().audio.remove(ID)
        with ScriptedServer(problem(404, "audio_not_found")) as server:
            self.assertRaises(ApiError, server.client().audio.remove, ID)

    def test_give_what_their_first_try_made(self) -> None:
        lost = problem(409, "idempotency_answer_lost", {"location": f"/api/v1/transcriptions/{ID}"})
        with ScriptedServer(BROKEN, lost, answer_json({"id": ID})) as server:
            self.assertEqual(server.client().transcriptions.create(ORDER), {"id": ID})
            self.assertEqual((server.seen[-1].method, server.seen[-1].body), ("GET", b""))

    def test_take_no_credentials_elsewhere(self) -> None:
        with ScriptedServer() as elsewhere, ScriptedServer(Answer(302, b"", {"Location": elsewhere.origin})) as server:
            self.assertRaises(ApiError, server.client().usage.quotas)
            self.assertEqual(elsewhere.seen, [])

    def test_go_through_lists_page_by_page(self) -> None:
        pages = ({"data": [{"id": "1"}], "nextCursor": "c2"}, {"data": [{"id": "2"}], "nextCursor": None})
        with ScriptedServer(*map(answer_json, pages)) as server:
            self.assertEqual([item["id"] for item in each(server.client().audio.list, limit=1)], ["1", "2"])
            self.assertEqual([seen.path for seen in server.seen], ["/api/v1/audio?limit=1", "/api/v1/audio?limit=1&cursor=c2"])


def state(status: str, progress: int = 0) -> "dict[str, object]":
    return {"id": ID, "status": status, "stage": "transcribe", "progress": progress, "error": None}


def event(id: int, type: str, progress: int) -> bytes:
    return f"id: {id}\nevent: {type}\ndata: {json.dumps(state(type, progress))}\n\n".encode()


class Progress(unittest.TestCase):
    def test_reads_events(self) -> None:
        text = b'retry: 50\r\n\r\n: alive\n\nid: 1\nevent: progress\ndata: {"a":\ndata: 1}\n\ndata: {"cut'
        retries: "list[float]" = []
        events = list(read_events(io.BytesIO(text), retries.append))
        self.assertEqual([(one.id, one.type, one.state) for one in events], [("1", "progress", {"a": 1})])
        self.assertEqual(retries, [0.05])

    def test_goes_on_where_a_connection_broke(self) -> None:
        cut = event(2, "progress", 20)[:-20]
        script = (Answer(body=event(1, "progress", 10) + cut), BROKEN, Answer(body=event(2, "progress", 20) + event(9, "failed", 20)))
        with ScriptedServer(*script) as server:
            seen = list(server.client().transcriptions.follow(ID))
            self.assertEqual([one.id for one in seen], ["1", "2", "9"])
            self.assertEqual([one.headers.get("last-event-id") for one in server.seen], [None, "1", "1"])

    def test_ends_when_there_is_nothing_newer_or_nothing_at_all(self) -> None:
        with ScriptedServer(Answer(204)) as server:
            self.assertEqual(list(server.client().transcriptions.follow(ID, last_event_id="9")), [])
        with ScriptedServer(*[Answer()] * 6) as server:
            self.assertRaises(ConnectionFailed, list, server.client().transcriptions.follow(ID))

    def test_waits_for_the_transcript(self) -> None:
        done = {**state("completed", 100), "text": "hello"}
        away = [problem(503, "service_unavailable")] * 2
        script = [answer_json(state("pending"), 202), *away, Answer(body=event(1, "progress", 40) + event(2, "completed", 100))]
        told: "list[object]" = []
        with ScriptedServer(*script, answer_json(done)) as server:
            found = server.client(retries=0).transcriptions.create_and_wait(
                ORDER, on_created=lambda one: told.append(one["id"]), on_progress=lambda one: told.append(one["progress"])
            )
            self.assertEqual(found, done)
            self.assertEqual(told, [ID, 40, 100])

    def test_keeps_the_id_when_the_time_is_over_or_nobody_may_look(self) -> None:
        with ScriptedServer(answer_json(state("pending"), 202), answer_json(state("processing"))) as server:
            with self.assertRaises(Unfinished) as caught:
                server.client().transcriptions.create_and_wait(ORDER, max_wait=0)
            self.assertEqual(caught.exception.id, ID)
            self.assertIn(f"wait('{ID}')", str(caught.exception))
        with ScriptedServer(answer_json(state("pending"), 202), problem(401, "api_key_invalid")) as server:
            with self.assertRaises(Unfinished) as caught:
                server.client().transcriptions.create_and_wait(ORDER)
            self.assertEqual(caught.exception.id, ID)

    def test_raises_when_it_failed(self) -> None:
        failed = {**state("failed"), "error": {"code": "no_speech", "detail": "Nobody speaks."}}
        with ScriptedServer(Answer(204), answer_json(failed)) as server:
            with self.assertRaisesRegex(TranscriptionFailed, "Nobody speaks"):
                server.client().transcriptions.wait(ID)


class Uploads(unittest.TestCase):
    TEXT = b"abcdefghijkl"
    SHA256 = hashlib.sha256(TEXT).hexdigest()
    RECORDING = {"id": "r1", "sha256": SHA256}

    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, 'let"ters.wav')
        with open(self.path, "wb") as file:
            file.write(self.TEXT)

    def urls(self, server: ScriptedServer, *numbers: int) -> "dict[str, object]":
        sizes = {1: 5, 2: 5, 3: 2}
        parts = [{"number": number, "bytes": sizes[number], "url": f"{server.origin}/part/{number}"} for number in numbers]
        return {"partUrls": parts, "urlsExpireAt": ""}

    def test_of_small_files_are_one_request(self) -> None:
        with ScriptedServer(BROKEN, answer_json(self.RECORDING, 201)) as server:
            told: "list[tuple[int, int]]" = []
            self.assertEqual(server.client().audio.upload(self.path, on_progress=lambda *one: told.append(one)), self.RECORDING)
            self.assertIn(b'filename="let%22ters.wav"\r\n', server.seen[1].body)
            self.assertIn(b"\r\n\r\nabcdefghijkl\r\n--", server.seen[1].body)
            self.assertEqual((len(set(server.keys())), told), (1, [(12, 12)]))

    def test_of_something_else_are_refused(self) -> None:
        with ScriptedServer(answer_json({"id": "r1", "sha256": "other"}, 201)) as server:
            self.assertRaises(ChecksumMismatch, server.client().audio.upload, self.path)

    def test_of_large_files_go_in_parts(self) -> None:
        with ScriptedServer() as server:
            begun = {"id": ID, "status": "open", "partBytes": 5, **self.urls(server, 1, 2, 3)}
            server.script += [answer_json(begun, 201), Answer(204), Answer(403), answer_json(self.urls(server, 2))]
            server.script += [Answer(204), Answer(204), answer_json(self.RECORDING)]
            told: "list[object]" = []
            server.client().audio.upload(
                self.path, direct_bytes=5, parallel=1, on_begun=told.append, on_progress=lambda sent, _: told.append(sent)
            )
            self.assertEqual(told, [ID, 5, 10, 12])
            puts = [(seen.path, seen.body) for seen in server.seen if seen.method == "PUT"]
            self.assertEqual(puts, [("/part/1", b"abcde"), ("/part/2", b"fghij"), ("/part/2", b"fghij"), ("/part/3", b"kl")])
            self.assertNotIn("authorization", server.seen[1].headers)
            self.assertEqual(json.loads(server.seen[0].body)["sha256"], self.SHA256)

    def test_go_on_where_they_were_cut_off(self) -> None:
        upload = {"id": ID, "status": "open", "bytes": 12, "sha256": self.SHA256, "partBytes": 5}
        with ScriptedServer() as server:
            arrived = {**upload, "parts": [{"number": 2, "bytes": 5}]}
            server.script += [answer_json(arrived), answer_json(self.urls(server, 1, 3)), Answer(204), Answer(204)]
            server.script += [answer_json(self.RECORDING)]
            self.assertEqual(server.client().audio.upload(self.path, upload_id=ID, parallel=1), self.RECORDING)
            self.assertEqual(json.loads(server.seen[1].body), {"numbers": [1, 3]})
        with ScriptedServer(answer_json({**upload, "bytes": 13, "parts": []})) as server:
            self.assertRaises(ChecksumMismatch, server.client().audio.upload, self.path, upload_id=ID)

    def test_go_on_under_the_key_they_were_begun_with(self) -> None:
        upload = {"id": ID, "bytes": 12, "sha256": self.SHA256, "partBytes": 5}
        with ScriptedServer() as server:
            begun = {**upload, "status": "open", **self.urls(server, 1, 2, 3)}
            completed = {**upload, "status": "completed", "parts": []}
            server.script += [answer_json(begun, 201), answer_json(completed), answer_json(self.RECORDING)]
            audio = server.client().audio.upload(self.path, direct_bytes=5, idempotency_key="mine")
            self.assertEqual((audio, server.keys()[0]), (self.RECORDING, "mine"))


class Webhooks(unittest.TestCase):
    SECRET = "whsec_" + base64.b64encode(b"a secret of some length, as it should be").decode()
    OTHER = "whsec_" + base64.b64encode(b"another secret").decode()
    EVENT = {"id": "evt_1", "type": "transcription.completed", "timestamp": "2026-11-22T09:00:00.000Z", "data": {"id": "\u00e4"}}
    BODY = json.dumps(EVENT, ensure_ascii=False)

    def headers(self, at: int = 0, body: str = BODY) -> "dict[str, str]":
        time_text = str(int(time.time()) + at)
        key = base64.b64decode(self.SECRET[6:])
        signature = hmac.new(key, f"msg_1.{time_text}.{body}".encode(), hashlib.sha256).digest()
        signatures = f"v1a,xyz v1,{base64.b64encode(signature).decode()}"
        return {"Webhook-Id": "msg_1", "webhook-timestamp": time_text, "webhook-signature": signatures}

    def test_are_read_when_they_are_signed(self) -> None:
        self.assertEqual(unwrap_webhook(self.BODY, self.headers(), self.SECRET), self.EVENT)
        self.assertEqual(unwrap_webhook(self.BODY.encode(), self.headers(), [self.OTHER, self.SECRET]), self.EVENT)

    @unittest.skipUnless("STENO_TEST_WEBHOOK" in os.environ, "signed by another implementation, which the project's own run has")
    def test_of_another_implementation_are_read(self) -> None:
        given = json.loads(os.environ["STENO_TEST_WEBHOOK"])
        self.assertEqual(unwrap_webhook(given["body"], given["headers"], given["secret"])["type"], "transcription.completed")

    def test_are_refused_otherwise(self) -> None:
        cases = [
            (self.BODY, self.headers(), self.OTHER),
            (self.BODY.replace("completed", "failed"), self.headers(), self.SECRET),
            (self.BODY, {**self.headers(), "Webhook-Id": "msg_2"}, self.SECRET),
            (self.BODY, self.headers(at=-360), self.SECRET),
            (self.BODY, self.headers(at=360), self.SECRET),
            (self.BODY, {}, self.SECRET),
            (self.BODY, self.headers(), "whsec_"),
            (self.BODY, self.headers(), []),
            ("hello", self.headers(body="hello"), self.SECRET),
        ]
        for body, headers, secrets in cases:
            with self.assertRaises(WebhookRefused):
                unwrap_webhook(body, headers, secrets)


class Models(unittest.TestCase):
    def test_are_types_that_can_be_resolved(self) -> None:
        classes = [one for one in vars(models).values() if hasattr(one, "__total__")]
        self.assertGreater(len(classes), 80)
        for one in classes:
            typing.get_type_hints(one)
        self.assertIn("id", typing.get_type_hints(models.Transcription))
        self.assertEqual(typing.get_type_hints(Steno)["transcriptions"].__name__, "Transcriptions")


if __name__ == "__main__":
    unittest.main()
