"""Clients that others wrote, on the kernel registered in JUPYTER_DATA_DIR."""
import nbformat
import pytest


@pytest.fixture
def notebook(tmp_path):
    """Writes a notebook of code cells and yields its path."""

    def write(*cells, name="notebook.ipynb", tags=()):
        nb = nbformat.v4.new_notebook()
        nb.metadata.kernelspec = {"name": "irqscope", "display_name": "irqscope", "language": "typescript"}
        nb.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        for cell, tag in zip(nb.cells, tags):
            cell.metadata.tags = [tag]
        path = tmp_path / name
        nbformat.write(nb, path)
        return path

    return write
