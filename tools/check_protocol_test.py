"""A description that lacks something, or has too much, is found."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).with_name("check_protocol.py")
ROOT = TOOL.parents[1]
FILES = ("docs/protocol/openapi.yaml", "docs/protocol/README.md", "proto/commander.proto", "src/server/iceberg/iceberg_handler.cc",
         "src/wire/error_kind.cc")


class CheckProtocol(unittest.TestCase):
    def run_with(self, path=None, old="", new=""):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copytree(ROOT / "src/server/rest", root / "src/server/rest")
            for name in FILES:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, root / name)
            if path:
                text = (root / path).read_text()
                self.assertIn(old, text)
                (root / path).write_text(text.replace(old, new, 1))
            done = subprocess.run([sys.executable, TOOL, folder], capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

    def refuses(self, expected, path, old, new):
        code, text = self.run_with(path, old, new)
        self.assertEqual(code, 1, text)
        self.assertIn(expected, text)

    def test_ours_passes(self):
        code, text = self.run_with()
        self.assertEqual(code, 0, text)
        self.assertIn("protocol ok", text)

    def test_a_route_that_is_not_described(self):
        self.refuses("get /catalog/v0/more/* is served and not described", "src/server/rest/catalog_handler.cc",
                     '{"GET", {"tags"},', '{"GET", {"more", "*"}, rest::GetMore},\n      {"GET", {"tags"},')

    def test_a_description_without_a_route(self):
        self.refuses("get /catalog/v0/tags is described and not served", "src/server/rest/catalog_handler.cc",
                     '{"GET", {"tags"}, rest::ListTags},', "")

    def test_a_query_parameter_that_is_not_described(self):
        self.refuses("the query parameter secretly", "src/server/rest/tags.cc", 'Query("filter_by_name")', 'Query("secretly")')

    def test_an_error_type_that_is_not_described(self):
        self.refuses("NEW_KIND", "src/wire/error_kind.cc", '{"BAD_REQUEST", 400, {}},', '{"BAD_REQUEST", 400, {}}, {"NEW_KIND", 400, {}},')

    def test_a_reference_to_nothing(self):
        self.refuses("there is nothing at #/components/schemas/Nowhere", "docs/protocol/openapi.yaml", "schemas/NamedRef'", "schemas/Nowhere'")

    def test_a_method_that_is_not_on_the_page(self):
        self.refuses("does not name GetMore", "proto/commander.proto", "  rpc GetJobs(", "  rpc GetMore(A) returns (B);\n  rpc GetJobs(")

    def test_a_field_of_ours_that_looks_like_theirs(self):
        for field in ("more = 1000", "boathouse_more = 99"):
            self.refuses("what is ours", "proto/commander.proto", "  string username = 4;", f"  string username = 4;\n  string {field};")


if __name__ == "__main__":
    unittest.main()
