"""Controls a headless Chromium for the test drivers, by the DevTools protocol on two pipes."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


def program():
    """The path of the browser; None if no browser is installed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class BrowserError(Exception):
    pass


class Browser:
    """One window. Clicks and keys are real events at the position of the element."""

    def __init__(self, seconds=60):
        self.profile = tempfile.mkdtemp()
        self.seconds = seconds
        here_in, there_out = os.pipe()
        there_in, here_out = os.pipe()

        def wire():
            # The protocol uses descriptors 3 and 4.
            out, into = os.dup(there_out), os.dup(there_in)
            os.dup2(into, 3)
            os.dup2(out, 4)

        self.process = subprocess.Popen(
            [program(), "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={self.profile}", "about:blank"],
            preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(there_in)
        os.close(there_out)
        self.input, self.output = here_out, here_in
        self.buffer = b""
        self.number = 0
        self.session = None
        #: Errors of the script, and external resources that the page requested.
        self.complaints = []
        #: The addresses that the page requested.
        self.requests = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.input)
        os.close(self.output)
        shutil.rmtree(self.profile, ignore_errors=True)

    # The protocol: JSON, with a zero byte after each message

    def send(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.input, data):]
        while True:
            answer = self.receive(method)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']}")
                return answer["result"]

    def receive(self, waiting_for):
        end = time.monotonic() + self.seconds
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.output], [], [], max(0, end - time.monotonic()))
            data = os.read(self.output, 1 << 16) if ready else b""
            if not data:
                raise BrowserError(f"the browser does not answer to {waiting_for}")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        event = json.loads(message)
        self.note(event.get("method"), event.get("params", {}))
        return event

    def note(self, method, parameters):
        if method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded":
            self.complaints.append(parameters["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append("a dialog: " + parameters["message"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    # The page

    def open(self, path, fragment=""):
        self.send("Page.navigate", url="about:blank")
        self.complaints, self.requests = [], []
        self.send("Page.navigate", url=f"file://{path}{fragment}")
        self.wait("document.documentElement?.dataset.ready === 'true'")

    def value(self, expression):
        """Evaluates a JavaScript expression in the page."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise BrowserError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, expression):
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            try:
                if self.value(expression):
                    return
            except BrowserError as error:
                # Between two pages, there is a moment without a page.
                if "context" not in str(error):
                    raise
            time.sleep(0.02)
        raise BrowserError(f"never true: {expression}")

    def settle(self):
        """Waits until the page is drawn after scrolling or a change."""
        self.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def middle(self, element):
        """Scrolls to an element, given as an expression, and returns its position."""
        self.value(f"({element}).scrollIntoView({{block: 'center'}})")
        self.settle()
        return self.value(f"(b => [b.left + Math.min(b.width / 2, 60), b.top + b.height / 2])"
                          f"(({element}).getBoundingClientRect())")

    def hover(self, element):
        x, y = self.middle(element)
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.settle()

    def click(self, element):
        x, y = self.middle(element)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.settle()

    def key(self, name, text=""):
        self.send("Input.dispatchKeyEvent", type="keyDown", key=name, text=text,
                  windowsVirtualKeyCode={"Enter": 13, "Escape": 27}.get(name, 0))
        self.send("Input.dispatchKeyEvent", type="keyUp", key=name)
        self.settle()

    def type(self, text):
        self.send("Input.insertText", text=text)
        self.settle()

    def resize(self, width, height, scale=1):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=scale, mobile=width < 600)
        self.settle()

    def prefer(self, scheme):
        self.send("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.settle()

    def screenshot(self, path):
        data = self.send("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
