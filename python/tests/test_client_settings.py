"""Where the client finds its server and key, and what wins."""

import pytest
from boathouse.client import settings

HERE = {"BOATHOUSE_API_ENDPOINT": "http://ours:1", "BOATHOUSE_API_KEY": "ours"}
THERE = {"BAUPLAN_API_ENDPOINT": "http://theirs:1", "BAUPLAN_API_KEY": "theirs"}


@pytest.fixture
def home(tmp_path):
    return tmp_path


def write(home, name, text):
    file = home / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return str(file)


def profile(name, endpoint, key, more=""):
    return f"profiles:\n  {name}: {{api_endpoint: '{endpoint}', api_key: '{key}'{more}}}\n"


def test_our_variables_beat_bauplans(home):
    found = settings.load(environment={**HERE, **THERE}, home=home)
    assert (found.api_endpoint, found.api_key) == ("http://ours:1", "ours")
    found = settings.load(environment=THERE, home=home)
    assert (found.api_endpoint, found.api_key) == ("http://theirs:1", "theirs")


def test_arguments_beat_variables_and_variables_beat_the_file(home):
    write(home, ".boathouse/config.yaml", profile("default", "http://file:1", "file"))
    found = settings.load(environment={"BOATHOUSE_API_KEY": "variable"}, home=home)
    assert (found.api_endpoint, found.api_key) == ("http://file:1", "variable")
    found = settings.load(
        api_key="argument", api_endpoint="http://argument:1", environment=HERE, home=home
    )
    assert (found.api_endpoint, found.api_key) == ("http://argument:1", "argument")


def test_our_file_beats_bauplans_and_bauplans_is_read_without_ours(home):
    write(home, ".bauplan/config.yml", profile("default", "http://theirs:1", "theirs"))
    assert settings.load(environment={}, home=home).api_key == "theirs"
    write(home, ".boathouse/config.yaml", profile("default", "http://ours:1", "ours"))
    assert settings.load(environment={}, home=home).api_key == "ours"


def test_a_profile_is_chosen_by_argument_then_by_variable(home):
    text = profile("a", "http://a:1", "a", ", active_branch: ada.dev, args: {x: 1}")
    write(home, ".boathouse/config.yaml", text + "  b: {api_endpoint: 'http://b:1', api_key: b}\n")
    found = settings.load(environment={"BAUPLAN_PROFILE": "a"}, home=home)
    assert (found.profile, found.active_branch, found.args) == ("a", "ada.dev", {"x": "1"})
    found = settings.load(profile="b", environment={"BAUPLAN_PROFILE": "a"}, home=home)
    assert (found.profile, found.api_key) == ("b", "b")


def test_a_profile_that_was_asked_for_must_be_there(home):
    write(home, ".boathouse/config.yaml", profile("a", "http://a:1", "a"))
    with pytest.raises(ValueError, match="profile 'b' not found"):
        settings.load(profile="b", environment=HERE, home=home)
    # The stock client refuses even this; what is not needed is not missed.
    assert settings.load(environment=HERE, home=home).api_key == "ours"
    with pytest.raises(ValueError, match="profile 'default' not found"):
        settings.load(environment={"BOATHOUSE_API_KEY": "k"}, home=home)


def test_a_named_file_is_read_alone(home):
    file = write(home, "other.yaml", profile("default", "http://file:1", "file"))
    found = settings.load(config_file_path=file, environment=HERE, home=home)
    assert (found.api_endpoint, found.api_key) == ("http://file:1", "file")
    with pytest.raises(ValueError, match="No such file"):
        settings.load(config_file_path=str(home / "none.yaml"), environment=HERE, home=home)


@pytest.mark.parametrize("text", ["[1]", "profiles: 3", "a: [", "", "profiles:\n  default: x: y"])
def test_a_file_that_is_no_configuration_is_refused(home, text):
    with pytest.raises(ValueError, match="other.yaml"):
        settings.load(config_file_path=write(home, "other.yaml", text))


@pytest.mark.parametrize("key", ["", None, "schl\u00fcssel", "two\nlines"])
def test_a_key_is_needed_and_must_fit_a_header(home, key):
    with pytest.raises(ValueError, match="API key"):
        settings.load(api_key=key, api_endpoint="http://h:1", environment={}, home=home)


@pytest.mark.parametrize("endpoint", [None, "localhost:1", "ftp://h"])
def test_an_endpoint_is_needed_with_its_scheme(home, endpoint):
    with pytest.raises(ValueError, match="http"):
        settings.load(api_key="k", api_endpoint=endpoint, environment={}, home=home)


def test_the_key_is_not_shown(home):
    assert "ours" not in repr(settings.load(environment=HERE, home=home)).replace("//ours", "")
