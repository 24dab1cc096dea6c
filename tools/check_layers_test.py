"""One bad tree per offence: each must be found, and the good tree must pass."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).with_name("check_layers.py")
LAYERS = "base   :\nmodel  : base\nproject : base\nengine : base model\ncli : base model\n"


class CheckLayers(unittest.TestCase):
    def run_on(self, files, layers=LAYERS):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {"src/LAYERS": layers, **files}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            done = subprocess.run([sys.executable, TOOL, folder], capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

    def refuses(self, expected, path, include, **more):
        code, text = self.run_on({path: f"#pragma once\n#include {include}\n"}, **more)
        self.assertEqual(code, 1, text)
        self.assertIn(expected, text)

    def test_good_tree_passes(self):
        code, text = self.run_on({
            "src/base/error.h": "#include <string>\n#include <fmt/core.h>\n",
            "src/engine/engine.cc": '#include "engine/engine.h"\n#include "model/ref.h"\n#include <duckdb.hpp>\n',
            "src/engine/engine.h": '#include "base/error.h"\n#include <vector>\n',
            "src/engine/plan_json.cc": "#include <nlohmann/json.hpp>\n",
            "src/engine/plan_json_internal.h": "#include <nlohmann/json_fwd.hpp>\n",
            "src/engine/launcher/child.h": "#include <sys/socket.h>\n",
            "src/engine/process.h": "#include <sys/types.h>\n",
            "src/engine/engine_test.cc": '#include <gtest/gtest.h>\n#include "model/testing/refs.h"\n#include <arrow/api.h>\n',
        })
        self.assertEqual(code, 0, text)
        self.assertIn("layers ok: 5 modules", text)

    def test_upward_include(self):
        self.refuses("'model' may not depend on 'engine'", "src/model/ref.cc", '"engine/engine.h"')

    def test_sideways_include(self):
        self.refuses("'engine' may not depend on 'project'", "src/engine/a.cc", '"project/graph.h"')

    def test_cycle_in_layers(self):
        code, text = self.run_on({}, layers="base : model\nmodel : base\n")
        self.assertEqual(code, 1)
        self.assertIn("base lists model, which is not above it", text)

    def test_folder_without_line(self):
        self.refuses("has no line in src/LAYERS", "src/extra/a.cc", "<string>")

    def test_third_party_outside_its_seam(self):
        self.refuses("only engine may use duckdb", "src/cli/a.cc", "<duckdb.hpp>")
        self.refuses("only cli may use CLI", "src/engine/a.cc", "<CLI/CLI.hpp>")
        self.refuses("only project may use tree_sitter", "src/engine/a.cc", "<tree_sitter/api.h>")
        self.refuses("only runtime may use seccomp", "src/engine/a.cc", "<seccomp.h>")

    def test_third_party_in_public_header(self):
        self.refuses("third-party header in a public header", "src/engine/engine.h", "<duckdb.hpp>")
        self.refuses("third-party header in a public header", "src/engine/engine.h", "<zstd.h>")
        self.refuses("third-party header in a public header", "src/engine/engine.h", "<fmt/core.h>")

    def test_json_outside_codecs(self):
        self.refuses("nlohmann belongs in *_json.cc files", "src/engine/plan.cc", "<nlohmann/json.hpp>")

    def test_internal_header_of_another_module(self):
        self.refuses("another module's internal header", "src/engine/a.cc", '"model/ref_internal.h"')

    def test_test_support_in_product(self):
        self.refuses("test support in product code", "src/engine/a.cc", '"model/testing/refs.h"')
        self.refuses("test library in product code", "src/engine/a.cc", "<gtest/gtest.h>")

    def test_path_not_from_src(self):
        self.refuses("write the path from src/", "src/engine/a.cc", '"engine.h"')

    def test_system_header_in_public_header(self):
        self.refuses("system or third-party header", "src/engine/engine.h", "<sys/mman.h>")


if __name__ == "__main__":
    unittest.main()
