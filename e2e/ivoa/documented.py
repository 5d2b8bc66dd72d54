"""Runs what docs/soda.md tells astronomers to type, block by block, as it stands there."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from astropy.io import fits

from fairlead import Fairlead, step

fairlead = Fairlead()
text = (Path(__file__).parents[2] / "docs" / "soda.md").read_text()
blocks = re.findall(r"^```(sh|python)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
assert len(blocks) == 4, [language for language, _ in blocks]

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open(os.open("token.txt", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(f"Authorization: Bearer {fairlead.token}\n")
    environment = {"PATH": os.environ["PATH"], "FAIRLEAD": fairlead.url}
    names = {"fairlead": fairlead.url, "token": fairlead.token}
    for language, code in blocks:
        if language == "sh":
            shell = subprocess.run(
                ["sh", "-eu", "-c", code], env=environment, capture_output=True, text=True, timeout=120
            )
            assert shell.returncode == 0, f"{code}\n{shell.stdout[-2000:]}\n{shell.stderr}"
            if "/results" in code:
                assert ".fits" in shell.stdout, shell.stdout
        else:
            exec(compile(code, "docs/soda.md", "exec"), names)
        if Path("cutout.fits").exists():
            assert fits.getdata("cutout.fits").size > 100
            Path("cutout.fits").unlink()
        step(f"{'curl' if language == 'sh' else 'Python'}: {len(code.splitlines())} lines")
    assert sum(content.startswith(b"SIMPLE") for content in names["files"].values()) == 2
