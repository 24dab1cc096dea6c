"""What is sent of a project, and what its parameters become."""

import base64
import io
import uuid
import zipfile

import pytest
from boathouse.client import parameters, project
from boathouse.client.sealing import OrganizationKey, seal
from boathouse.exceptions import BauplanJobError, InvalidProjectError

ID = "01234567-89ab-4cde-8f01-23456789abcd"


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "project"
    place.mkdir()
    (place / "bauplan_project.yml").write_text(f"project: {{id: {ID}, name: trial}}\n")
    (place / "models.py").write_text("x = 1\n")
    return place


def entries(folder):
    packed = project.pack(project.read_project(folder))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return sorted(archive.namelist())


def declare(folder, text):
    (folder / "bauplan_project.yml").write_text(f"project: {{id: {ID}}}\n{text}")
    return project.read_project(folder)


def test_the_archive_holds_the_top_level_and_nothing_else(folder):
    for name in ("a.sql", "requirements.txt", "notes.md", "UP.PY", "x.pyi", ".hidden.py", "d.json"):
        (folder / name).write_text("x")
    (folder / "pyproject.toml").write_text("")
    (folder / "sub").mkdir()
    (folder / "sub" / "deep.py").write_text("x")
    assert entries(folder) == ["a.sql", "bauplan_project.yml", "models.py", "requirements.txt"]


def test_equal_projects_make_equal_archives(folder):
    first = project.pack(project.read_project(folder))
    (folder / "models.py").touch()
    assert project.pack(project.read_project(folder)) == first
    assert project.unpack_texts(first)["models.py"] == "x = 1\n"


def test_included_statements_keep_their_path(folder):
    (folder / "sql" / "a").mkdir(parents=True)
    (folder / "sql" / "one.sql").write_text("select 1")
    (folder / "sql" / "a" / "two.sql").write_text("select 2")
    declare(folder, "include_paths: ['sql/*.sql']\n")
    assert "sql/one.sql" in entries(folder) and "sql/a/two.sql" not in entries(folder)
    declare(folder, "include_paths: ['sql/**/*.sql']\n")
    assert {"sql/one.sql", "sql/a/two.sql"} <= set(entries(folder))


@pytest.mark.parametrize("pattern", ["*.py", "../*.sql", "/x.sql"])
def test_included_paths_stay_in_the_project_and_are_statements(folder, pattern):
    with pytest.raises(InvalidProjectError, match="include_paths"):
        declare(folder, f"include_paths: ['{pattern}']\n")


def test_ignore_files_count_and_gitignore_only_in_a_work_tree(folder):
    for name in ("a.py", "b.py", "keep_b.py"):
        (folder / name).write_text("x")
    (folder / ".ignore").write_text("# comment\n\na.*\n")
    (folder / ".gitignore").write_text("*b.py\n!keep_b.py\n")
    assert entries(folder) == ["b.py", "bauplan_project.yml", "keep_b.py", "models.py"]
    (folder.parent / ".git").mkdir()
    assert entries(folder) == ["bauplan_project.yml", "keep_b.py", "models.py"]
    (folder / ".ignore").write_text("a.*\n!b.py\n")
    assert "b.py" in entries(folder)


@pytest.mark.parametrize(
    "pattern, left_out",
    [
        ("sql/", True),
        ("/sql", True),
        ("sql/*.sql", True),
        ("**/one.sql", True),
        ("sql/**", True),
        ("o?e.sql", True),
        ("[no]ne.sql", True),
        ("[!o]ne.sql", False),
        ("\\one.sql", True),
        ("/one.sql", False),
        ("one.sql/", False),
        ("*.py", False),
    ],
)
def test_patterns_mean_what_git_says(folder, pattern, left_out):
    (folder / "sql").mkdir()
    (folder / "sql" / "one.sql").write_text("x")
    declare(folder, "include_paths: ['sql/*.sql']\n")
    (folder / ".ignore").write_text(pattern + "\n")
    assert ("sql/one.sql" not in entries(folder)) is left_out


def test_a_link_within_is_followed_and_one_that_leads_out_is_refused(folder, tmp_path):
    (folder / "link.py").symlink_to(folder / "models.py")
    assert "link.py" in entries(folder)
    (tmp_path / "secret").write_text("x")
    (folder / "out.py").symlink_to(tmp_path / "secret")
    with pytest.raises(InvalidProjectError, match="leads out"):
        entries(folder)


@pytest.mark.parametrize(
    "text",
    ["", "project: 3", "project: {id: x}", "a: [", f"project: {{id: {ID}}}\nparameters: [1]",
     f"project: {{id: {ID}}}\nparameters: {{a b: {{}}}}",
     f"project: {{id: {ID}}}\nparameters: {{a: {{type: date}}}}"],
)  # fmt: skip
def test_a_project_file_that_cannot_be_used_names_itself(folder, text):
    (folder / "bauplan_project.yml").write_text(text)
    with pytest.raises(InvalidProjectError, match="bauplan_project.yml"):
        project.read_project(folder)


def test_there_must_be_exactly_one_project_file(folder):
    (folder / "bauplan_project.yaml").write_text("")
    with pytest.raises(ValueError, match="both"):
        project.read_project(folder)
    for name in project.FILE_NAMES:
        (folder / name).unlink()
    with pytest.raises(BauplanJobError, match="neither"):
        project.read_project(folder)


def no_key():
    raise AssertionError("no secret, no key")


ALL = """parameters:
  i: {type: int, default: 3}
  f: {type: float, required: true}
  b: {type: bool}
  s: {default: text}
  v: {type: vault, default: 'awsssm:///x'}
  old: {type: secret, default: c2VhbGVk, key: k1}
"""


def values(folder, given, key=no_key):
    sent = parameters.run_parameters(declare(folder, ALL), given, key)
    return {p.name: (p.WhichOneof("value"), getattr(p, p.WhichOneof("value")).value) for p in sent}


def test_defaults_and_values_go_by_the_declared_type(folder):
    found = values(folder, {"f": 1, "b": False, "i": None})
    assert found == {
        "b": ("bool_value", False),
        "f": ("float_value", 1.0),
        "i": ("int_value", 3),
        "old": ("secret_value", "c2VhbGVk"),
        "s": ("str_value", "text"),
        "v": ("vault_value", "awsssm:///x"),
    }
    assert list(found) == sorted(found)
    assert values(folder, {"f": "2.5", "i": "7", "b": "yes"})["b"] == ("bool_value", True)


@pytest.mark.parametrize(
    "given, words",
    [
        ({}, "'f' is required"),
        ({"f": None}, "'f' is required"),
        ({"f": 1.0, "z": 1}, "unknown parameters: z"),
        ({"f": "x"}, "'f' is float"),
        ({"f": True}, "'f' is float"),
        ({"f": 1.0, "i": 1.5}, "'i' is int"),
        ({"f": 1.0, "i": 2**63}, "64 bits"),
        ({"f": 1.0, "b": "maybe"}, "'b' is bool"),
        ({"f": 1.0, "s": 3}, "'s' is str"),
        ({"f": 1.0, "old": 3}, "'old' is a secret"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_is_sent(folder, given, words):
    with pytest.raises(ValueError, match=words):
        values(folder, given)


def test_a_secret_is_sealed_for_the_project_and_opens_with_the_private_key(folder):
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    private = rsa.generate_private_key(65537, 2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key = OrganizationKey("k2", public.decode())
    kind, sealed = values(folder, {"f": 1.0, "old": "p\u00e4ss"}, lambda: key)["old"]
    scheme = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    opened = private.decrypt(base64.b64decode(sealed), scheme).decode()
    assert (kind, opened) == ("secret_value", f"{uuid.UUID(ID)}=p\u00e4ss")
    with pytest.raises(ValueError, match="1 bytes too long"):
        seal(b"x" * 191, key.public_pem)
