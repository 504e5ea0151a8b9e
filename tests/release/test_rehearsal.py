"""A rehearsed release whose steps are repeated, and each mistake that must stop one before anything is published.

`make rehearse`, which the gate runs too, goes the whole way; here, no jobs run and no binary is built.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import changelog
import component
import registry
import rehearse
from common import Problem, git
from rehearsal_world import World, world

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

# They run jobs, which takes long, and change nothing.
RUNS_JOBS = (rehearse.smoke, rehearse.candidate)
STEPS = [step for step in rehearse.STEPS if step not in RUNS_JOBS]
COMMIT = STEPS.index(rehearse.commit)
NOTHING: dict[str, object] = {"git": [], "registry": {}, "page": []}
Copy = Callable[[str], World]


@pytest.fixture(scope="module")
def prepared(engine_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which image and files are made, by steps that each ran twice."""
    directory = tmp_path_factory.mktemp("rehearsal") / "world"
    with world(directory, builder=engine_address, with_binary=False) as made:
        for step in STEPS[:COMMIT]:
            twice(made, step)
        yield made


def twice(world: World, step: rehearse.Step) -> None:
    """Run a step, and once more as if it had failed after its work: everything is as after the first time."""
    step(world)
    before = world.published(), world.outputs
    step(World(**vars(world)))
    assert (world.published(), world.outputs) == before, step.__name__


@pytest.fixture
def copy(prepared: World, tmp_path: Path) -> Copy:
    """Makes a world like the prepared one, with a repository of its own in the registry."""
    return lambda name: prepared.copy(tmp_path / "world", f"a-rehearsal/{name}")


def test_release__each_step_twice__is_published_once(copy: Copy) -> None:
    """A step that did its work and then failed is repeated, and nothing is published twice or moves."""
    world = copy("repeated")
    for step in STEPS[COMMIT:]:
        twice(world, step)
    published, digest = world.published(), world.outputs["digest"]
    (page,) = published["page"]
    names = [f"v{world.version}", f"v{world.version[:3]}", f"v{world.version[:1]}"]
    assert sorted(published["git"]) == sorted(f"{world.outputs['commit']}\trefs/tags/{name}" for name in names)
    assert published["registry"] == dict.fromkeys(names, digest)
    assert (page["targetCommitish"], page["latest"]) == (world.outputs["commit"], True)
    assert page["body"] == changelog.notes(changelog.read(world.main), world.version)


def test_release__published__can_not_be_released_again(copy: Copy) -> None:
    """A second run for the same version stops at its first check, and another commit gets neither tag nor page."""
    world = copy("again")
    for step in STEPS[COMMIT:]:
        step(world)
    before = world.published()
    other = git(world.main, "rev-parse", "HEAD")
    for command in (
        ["check", world.version],
        ["tags", "publish", world.version, other],
        ["page", "draft", world.version, other, str(world.dist)],
    ):
        with pytest.raises(Problem, match=r"published|never moves"):
            world.script(command[0], *command[1:])
    assert world.published() == before


def lower_version(world: World) -> None:
    """Ask for a version that is below the one in the changelog."""
    world.hand_on(version="0.9.0")


def no_section(world: World) -> None:
    """Forget the changelog."""
    text = changelog.read(world.main)
    (world.main / changelog.FILE).write_text(text.replace(f"[{world.version}]", "[Some day]"))


def another_image(world: World) -> None:
    """Have the list and its action.yml name another image than the one that was built."""
    other = registry.push_index(world.image.partition("@")[0], world.outputs["platforms"][:1])
    action = world.dist / "action.yml"
    action.write_text(action.read_text().replace(world.outputs["digest"], other))
    listed = world.dist / "RELEASE.sha256"
    listed.unlink()
    listed.write_text(component.sums(world.dist, "*"))


def tampered_pyz(world: World) -> None:
    """Change the single file after its checksum was taken."""
    with (world.dist / "alert24-deploy.pyz").open("ab") as file:
        file.write(b"x")


def wrong_checksum(world: World) -> None:
    """Change a checksum in the list that jobs on GitLab read."""
    sums = world.dist / component.SUMS
    sums.write_text(sums.read_text().replace("a", "b"))


def tampered_list(world: World) -> None:
    """Change a file, and its checksum in the list that is signed."""
    tampered_pyz(world)
    (world.dist / "RELEASE.sha256").write_text(
        component.sums(world.dist, "[!R]*") + component.sums(world.dist, "RELEASE.json")
    )


# What goes wrong, before which step, which step stops it, and what it says.
MISTAKES = [
    (lower_version, rehearse.check, rehearse.check, "not 0.9.0"),
    (no_section, rehearse.check, rehearse.check, "has no section"),
    (another_image, rehearse.sign, rehearse.verify, "no signatures found"),
    (tampered_pyz, rehearse.sign, rehearse.verify, "alert24-deploy.pyz: FAILED"),
    (wrong_checksum, rehearse.sign, rehearse.verify, "SHA256SUMS: FAILED"),
    (tampered_list, rehearse.draft, rehearse.verify, "no matching signatures"),
]


@pytest.mark.parametrize(
    ("mistake", "before", "stopped", "said"), MISTAKES, ids=lambda each: getattr(each, "__name__", "")
)
def test_release__a_mistake__stops_before_anything_is_published(
    copy: Copy, mistake: Callable[[World], None], before: rehearse.Step, stopped: rehearse.Step, said: str
) -> None:
    """The step that is to notice does, and then neither git, nor the registry, nor the page has anything."""
    world = copy(mistake.__name__.replace("_", "-"))
    for step in STEPS[COMMIT : STEPS.index(before)]:
        step(world)
    mistake(world)
    for step in STEPS[STEPS.index(before) : STEPS.index(stopped)]:
        step(world)
    with pytest.raises(Problem, match=said):
        stopped(world)
    assert world.published() == NOTHING


def test_release__a_tampered_image__is_never_published(copy: Copy) -> None:
    """An image of which one byte differs from its digest stops the release where it is pulled without a login."""
    world = copy("tampered-image")
    rehearse.commit(world)
    image = world.image.partition("@")[0]
    platform = json.loads(registry.manifest(world.image))["manifests"][0]["digest"]
    layer = json.loads(registry.manifest(f"{image}@{platform}"))["layers"][-1]["digest"][7:]
    (data,) = world.registry_data.rglob(f"{layer}/data")
    content = data.read_bytes()
    data.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        with pytest.raises(Problem, match="can't be pulled"):
            rehearse.candidate(world)
    finally:
        data.write_bytes(content)  # the other tests' images have that layer, too
    assert world.published() == NOTHING


def test_release__an_image_that_does_not_run__stops_at_the_smoke_test(copy: Copy) -> None:
    """An image that was built, but whose program fails in a job, is never named by anything."""
    world = copy("broken")
    broken = world.directory / "broken"
    broken.mkdir()
    (broken / "Dockerfile").write_text(f"FROM {rehearse.BUILT}\nRUN rm /usr/local/bin/alert24-deploy-post\n")
    world.hand_on(platforms=rehearse.build_and_push(world, broken))
    rehearse.index(world)
    with pytest.raises(Problem, match="The action failed"):
        rehearse.smoke(world)
    assert world.published() == NOTHING
