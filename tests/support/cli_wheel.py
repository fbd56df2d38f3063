"""A wheel with two small files in it, the model that they make, and an index page that pip understands."""

from __future__ import annotations

import hashlib
import io
import zipfile

from natter_runtime.models import Asset, Model

NAME = "natter-test-model"
FILENAME = "natter_test_model-1.0-py3-none-any.whl"
FILES = {"big.bin": bytes(range(256)) * 1024, "small.txt": b"words\n"}


def wheel() -> bytes:
    """Return the wheel."""
    data = io.BytesIO()
    info = "natter_test_model-1.0.dist-info"
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(f"natter_test_model/assets/{name}", content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return data.getvalue()


def model(module: str = "natter_no_such_module") -> Model:
    """Return the model whose files are in the wheel."""
    assets = tuple(
        Asset(name, f"natter_test_model/assets/{name}", hashlib.sha256(content).hexdigest(), len(content))
        for name, content in FILES.items()
    )
    return Model("stt", "test-model", NAME, "1.0", module, assets, "MIT")


def index(data: bytes) -> dict[str, bytes]:
    """Return the files of a package index with this one wheel, by path."""
    sha256 = hashlib.sha256(data).hexdigest()
    page = f'<!DOCTYPE html><html><body><a href="/files/{FILENAME}#sha256={sha256}">{FILENAME}</a></body></html>'
    return {f"/simple/{NAME}/": page.encode(), f"/files/{FILENAME}": data}
