"""Retries and errors, against a server that answers from a script."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import service  # noqa: F401
from grpo_client import GrpoApiError, GrpoClient, GrpoConnectionError, RetryPolicy
from grpo_client.transport import Transport

PROBLEM = {"type": "urn:grpoapi:problem:validation", "title": "Invalid", "detail": "groups: Is required.", "errors": {"groups": ["Is required."]}, "trace_id": "t1"}


class Scripted(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, dict(self.headers), body))
        status, headers, answer = self.server.script.pop(0)
        if status == 0:  # the connection breaks in the middle
            self.close_connection = True
            return
        self.send_response(status)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_DELETE = do_POST

    def log_message(self, *_):
        pass


class ScriptedTest(unittest.TestCase):
    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
        self.server.seen, self.server.script, self.server.daemon_threads = [], [], True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.waits = []
        self.transport = Transport(f"http://127.0.0.1:{self.server.server_port}", "secret", 10, RetryPolicy(attempts=4), self.waits.append)
        self.client = GrpoClient()
        self.client._transport = self.transport

    def answers(self, *script):
        self.server.script[:] = script

    def send(self, repeatable=True):
        return self.transport.send("POST", "/x", b"{}", repeatable=repeatable)

    def test_the_key_goes_along(self):
        self.answers((200, {}, {}))
        self.send()
        self.assertEqual("secret", self.server.seen[0][1]["X-Api-Key"])

    def test_busy_is_repeated_after_what_the_service_says(self):
        for status in (429, 502, 503, 504):
            with self.subTest(status):
                self.waits.clear()
                self.answers((status, {"Retry-After": "3"}, PROBLEM), (status, {"Retry-After": "1"}, PROBLEM), (200, {}, {"ok": 1}))
                self.assertEqual({"ok": 1}, self.send().json())
                self.assertEqual([3.0, 1.0], self.waits)

    def test_without_a_hint_the_wait_doubles_up_to_its_limit(self):
        policy = RetryPolicy(first_delay=0.5, max_delay=3.0)
        waits = [policy.delay(attempt, None) for attempt in range(5)]
        for wait, base in zip(waits, (0.5, 1.0, 2.0, 3.0, 3.0)):
            self.assertTrue(base <= wait <= min(base * 1.25, 3.0), waits)
        self.assertEqual(3.0, policy.delay(0, 60.0))

    def test_it_gives_up_with_the_problem(self):
        self.answers(*[(503, {"Retry-After": "0"}, PROBLEM)] * 4)
        with self.assertRaises(GrpoApiError) as caught:
            self.send()
        self.assertEqual((503, 0.0, 4), (caught.exception.status, caught.exception.retry_after, len(self.server.seen)))

    def test_a_call_that_may_not_be_repeated_is_repeated_only_when_nothing_was_done(self):
        self.answers((503, {}, PROBLEM), (200, {}, {}))
        self.send(repeatable=False)
        self.answers((502, {}, PROBLEM))
        self.assertRaises(GrpoApiError, self.send, repeatable=False)
        self.answers((0, {}, None))
        self.assertRaises(GrpoConnectionError, self.send, repeatable=False)
        self.assertEqual(4, len(self.server.seen))

    def test_a_broken_connection_is_opened_again(self):
        self.answers((200, {}, {}), (0, {}, None), (0, {}, None), (200, {}, {"ok": 1}))
        self.send()
        self.assertEqual({"ok": 1}, self.send().json())

    def test_a_connection_closed_while_idle_is_not_noticed(self):
        self.answers((200, {"Connection": "close"}, {}), (200, {}, {}))
        self.send()
        self.send(repeatable=False)

    def test_nobody_there(self):
        nobody = Transport("http://127.0.0.1:9", retry=RetryPolicy(attempts=3), sleep=self.waits.append)
        with self.assertRaises(GrpoConnectionError):
            nobody.send("POST", "/x", repeatable=False)
        self.assertEqual(2, len(self.waits))

    def test_a_bad_request_is_an_error_with_every_field(self):
        self.answers((400, {"Content-Type": "application/problem+json"}, PROBLEM))
        with self.assertRaises(GrpoApiError) as caught:
            self.client.advantages([])
        error = caught.exception
        self.assertEqual((400, PROBLEM["type"], "Invalid", PROBLEM["detail"], PROBLEM["errors"], "t1", None),
                         (error.status, error.type, error.title, error.detail, error.errors, error.trace_id, error.retry_after))
        self.assertIn("groups: Is required.", str(error))
        self.assertEqual(1, len(self.server.seen))

    def test_an_error_that_is_no_problem_is_one_too(self):
        self.answers((500, {"Content-Type": "text/html"}, b"<h1>oops</h1>"))
        with self.assertRaises(GrpoApiError) as caught:
            self.send()
        self.assertEqual((500, "Internal Server Error", {}), (caught.exception.status, caught.exception.title, caught.exception.errors))

    def test_an_address_must_be_one(self):
        for server in ("ftp://here", "http://", ""):
            with self.subTest(server), self.assertRaises(ValueError):
                GrpoClient(server)

    def test_a_prefix_of_the_address_is_kept(self):
        self.answers((200, {}, {}))
        Transport(f"http://127.0.0.1:{self.server.server_port}/behind/a/proxy/").send("POST", "/x", repeatable=True)
        self.assertEqual("/behind/a/proxy/x", self.server.seen[0][0])

    def test_rollouts_repeat_with_the_same_seed(self):
        self.answers((503, {}, PROBLEM), (200, {}, {}))
        self.client.rollouts([{"text": "a"}], group_size=2)
        first, second = (json.loads(body) for _, _, body in self.server.seen)
        self.assertEqual(first, second)
        self.assertIsInstance(first["sampling"]["seed"], int)

    def test_jobs_are_created_once_however_often_they_are_sent(self):
        self.answers((0, {}, None), (202, {}, {"id": "e1"}))
        self.assertEqual("e1", self.client.create_evaluation(policy="p")["id"])
        keys = {headers["Idempotency-Key"] for _, headers, _ in self.server.seen}
        self.assertEqual((1, 2), (len(keys), len(self.server.seen)))

    def test_a_stream_gives_its_lines_and_tells_when_it_breaks(self):
        self.answers((200, {"Content-Type": "application/x-ndjson"}, b'{"a": 1}\n\n{"b": 2}\n'))
        self.assertEqual([{"a": 1}, {"b": 2}], list(self.client.stream_rollouts([{"text": "a"}])))
        self.answers((200, {"Content-Length": "100"}, b'{"a": 1}\n'))
        lines = self.transport.lines("POST", "/x", b"{}", {})
        self.assertEqual(b'{"a": 1}', next(lines))
        self.transport.close()  # as if the other end had gone
        self.assertRaises((GrpoConnectionError, StopIteration), lambda: next(lines))


if __name__ == "__main__":
    unittest.main()
