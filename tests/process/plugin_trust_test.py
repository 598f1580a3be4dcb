"""Which plugin files a host takes: allowlists and signatures, made by sha256sum and minisign, while it runs."""
import os
import re
import shutil
import subprocess

from host_under_test import HostTestCase, main
from living_plugin import version


def sha256sum(*files):
    return subprocess.run(["sha256sum", *files], check=True, capture_output=True, text=True).stdout


class Signer:
    """A pair of keys of minisign."""

    def __init__(self, folder):
        self.secret = folder / "secret.key"
        public = folder / "public.pub"
        folder.mkdir()
        subprocess.run(["minisign", "-G", "-W", "-s", self.secret, "-p", public], check=True, stdout=subprocess.DEVNULL)
        self.public = public.read_text().splitlines()[1]

    def sign(self, file, comment, *options):
        subprocess.run(["minisign", "-S", "-s", self.secret, "-m", file, "-t", comment, *options], check=True,
                       stdout=subprocess.DEVNULL)


class PluginTrustTest(HostTestCase):
    def begin(self, **trust):
        self.here = self.place({"plugins": {"trust": trust}}, plugins=())
        self.file = self.here.folder / "plugins/living.so"
        self.signature = self.here.folder / "plugins/living.so.minisig"
        return self.here.start()

    def begin_with_keys(self, **trust):
        signer = Signer(self.top / "keys")
        return signer, self.begin(policy="signature", public_keys=[signer.public], **trust)

    def build(self, number):
        """A copy of that version, away from the plugin folder."""
        folder = self.here.folder / f"build_{number}"
        folder.mkdir(exist_ok=True)
        shutil.copyfile(version(number), folder / "living.so")
        return folder / "living.so"

    def signed(self, signer, number, *options):
        """The same, signed as jobhost says."""
        built = self.build(number)
        command = re.search(r"signing: +minisign -S -t '([^']+)' -m (.*)\n", self.here.ask("plugins", "inspect", str(built)))
        self.assertEqual(command[2], str(built))
        signer.sign(built, command[1], *options)
        return built, built.with_name("living.so.minisig")

    def run_by(self):
        return self.here.wait_state(self.here.enqueue("living.version"), "succeeded")["result"]

    def test_what_is_listed_is_taken_and_an_edit_of_the_list_is_enough(self):
        host = self.begin(policy="allowlist")
        shutil.copyfile(version(1), self.file)
        host.wait_log("living.so is refused")
        self.assertIn("plugins.sha256 is not there; make it with sha256sum", host.log())
        allowlist = self.here.folder / "plugins.sha256"
        allowlist.write_text(sha256sum(self.file))
        host.wait_log("plugin living 1.0.0 (generation 1) is live")

        shutil.copyfile(version(2), self.file)
        host.wait_log("living.so is refused", 2)
        self.assertIn("plugins.sha256:1 has another for living.so", host.log())
        self.assertEqual(self.run_by(), 1)
        allowlist.write_text("nonsense\n" + sha256sum(self.file))
        host.wait_log("plugins.sha256:1 is no line of sha256sum")
        self.assertEqual(self.run_by(), 1)
        allowlist.write_text(sha256sum(self.file))
        host.wait_log("plugin living 2.0.0 (generation 2) is live")
        self.assertEqual(self.run_by(), 2)
        allowlist.write_text("")
        self.assertIn("refused: its SHA-256", self.here.ask("plugins", "list"))
        self.assertEqual(self.run_by(), 2)

    def test_plugin_and_signature_come_in_any_order(self):
        signer, host = self.begin_with_keys()
        for number in (1, 2):
            file, signature = self.signed(signer, number, *(["-l"] if number == 2 else []))
            for source, target in [(file, self.file), (signature, self.signature)][::3 - 2 * number]:
                shutil.copyfile(source, target)
            host.wait_log(f"plugin living {number}.0.0 (generation {number}) is live")
            self.assertEqual(self.run_by(), number)
        self.assertNotIn("refused", host.log(), "the signature was on its way")

    def test_a_signature_that_comes_late_is_enough(self):
        signer, host = self.begin_with_keys()
        file, signature = self.signed(signer, 1)
        shutil.copyfile(file, self.file)
        host.wait_log("living.so is refused")
        self.assertIn("it is not signed: there is no living.so.minisig beside it", host.log())
        shutil.copyfile(signature, self.signature)
        host.wait_log("plugin living 1.0.0 (generation 1) is live")
        self.signature.unlink()
        self.assertEqual(self.run_by(), 1)

    def test_no_signature_of_something_else_will_do(self):
        signer, host = self.begin_with_keys(minimum_versions={"living": "2.0.0"})
        other = Signer(self.here.folder / "other_keys")
        file, signature = self.signed(signer, 2)
        digest = sha256sum(file)[:64]
        comment = f"jobhost plugin=living version=2.0.0 sha256={digest}"

        def put(refusal, text=None):
            shutil.copyfile(signature, self.signature) if text is None else self.signature.write_bytes(text)
            host.wait_log(refusal)
        shutil.copyfile(file, self.file)
        good = signature.read_bytes()
        put("its signature is none of minisign, or cut off", good[:-20])
        put("living.so.minisig is larger than 4096 bytes", good + b"\n" * 5000)
        put("the trusted comment of its signature was changed", good.replace(b"2.0.0", b"2.0.1"))
        other.sign(file, comment)
        put("it is signed with a key that is not among plugins.trust.public_keys")
        signer.sign(file, "timestamp:1700000000")
        put("the trusted comment of its signature does not say which plugin it is")
        signer.sign(file, comment.replace("living", "images"))
        put("it is living 2.0.0, and signed as images 2.0.0")
        signer.sign(file, comment.replace("version=2", "version=3"))
        put("it is living 2.0.0, and signed as living 3.0.0")
        signer.sign(self.build(1), comment)
        put("its signature is not of these contents", (self.here.folder / "build_1/living.so.minisig").read_bytes())
        signer.sign(file, comment)
        put("plugin living 2.0.0 (generation 1) is live")

        file, signature = self.signed(signer, 1)
        shutil.copyfile(signature, self.signature)
        shutil.copyfile(file, self.file)
        host.wait_log("it is living 1.0.0, and plugins.trust.minimum_versions wants 2.0.0 at least")
        self.assertEqual(self.run_by(), 2)

    def test_a_file_or_folder_that_others_can_change_is_named(self):
        host = self.begin()
        folder = self.file.parent
        shutil.copyfile(version(1), self.file)
        host.wait_log("(generation 1) is live")
        os.chmod(folder, 0o777)
        host.wait_log(f"{folder} can be written by everyone; take that right away: chmod o-w {folder}")
        os.chmod(folder, 0o755)
        host.wait_log(f"plugins: the folder {folder} can be read again")
        self.build(2).rename(self.file)
        self.file.chmod(0o646)
        host.wait_log(f"{self.file} can be written by everyone; take that right away: chmod o-w {self.file}")
        self.assertEqual(self.run_by(), 1)
        self.file.chmod(0o644)
        host.wait_log("plugin living 2.0.0 (generation 2) is live")

    def test_inspect_asks_the_host_file_that_it_is_given(self):
        self.begin(policy="allowlist").stop()
        built = self.build(3)
        output = self.here.call("plugins", "inspect", str(built))
        self.assertIn("killed by SIGABRT", output.err)
        output = self.here.call("plugins", "inspect", "-c", str(self.here.file), str(built))
        self.assertEqual(output.code, 1)
        self.assertIn("digest:   sha256 ", output.out)
        self.assertIn("plugins.sha256 is not there", output.err, "and none of its code has run")


if __name__ == "__main__":
    main()
