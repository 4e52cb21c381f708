"""OpenSearch: the search index, stored in the instance's folder."""

import os
from pathlib import Path
from shutil import copyfile

from fanout_local.engines.engine import Engine, RunAs
from fanout_local.engines.unprivileged import choose_run_as, hand_over
from fanout_local.paths import Installation

NAME = "opensearch"
HEALTH_PATH = "/_cluster/health?wait_for_status=yellow&timeout=200ms"

SETTINGS = """\
cluster.name: fanout-local
node.name: fanout-local
discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
transport.port: 0
path.data: {folder}/data
path.logs: {folder}/logs
node.store.allow_mmap: false
cluster.routing.allocation.disk.threshold_enabled: false
"""

JAVA_OPTIONS = (
    "-Xms384m",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+ExitOnOutOfMemoryError",
    # The Java that is installed lacks the Thai break iterator, which the analysis module wants; ICU has it.
    "-Djava.locale.providers=CLDR,SPI",
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    "-Djna.nosys=true",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.noKeySetOptimization=true",
    "-Dio.netty.recycler.maxCapacityPerThread=0",
    "-Dio.netty.allocator.numDirectArenas=0",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
    "-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1",
    "-Dopensearch.distribution.type=zip",
    "-Dopensearch.bundled_jdk=false",
    "--add-opens=java.base/java.nio=org.apache.arrow.memory.core,ALL-UNNAMED",
    "-javaagent:agent/opensearch-agent.jar",
)


def opensearch(installed: Installation, *, data: Path, port: int) -> Engine:
    """OpenSearch 3.6, one node, no security, about 400 MB. Raises LocalStackError when root cannot give it a user.

    The server class is started directly: bin/opensearch starts three more JVMs to read its settings.
    """
    folder = data / NAME
    run_as = choose_run_as(programs=(installed.java, installed.opensearch / "lib", installed.icu4j), data=folder)
    return Engine(
        name=NAME,
        title="OpenSearch",
        port=port,
        needs=(installed.java, installed.opensearch, installed.icu4j),
        command=(
            str(installed.java),
            *JAVA_OPTIONS,
            f"-Djava.io.tmpdir={folder / 'tmp'}",
            f"-Djna.tmpdir={folder / 'tmp'}",
            f"-Dopensearch.path.home={installed.opensearch}",
            f"-Dopensearch.path.conf={folder}/config",
            "-cp",
            f"lib/*:{installed.icu4j}/*",
            "org.opensearch.bootstrap.OpenSearch",
        ),
        folder=installed.opensearch,
        environment={"HOME": str(folder)},
        prepare=lambda: _prepare(folder, port, run_as),
        run_as=run_as,
        health_path=HEALTH_PATH,
        deadline_s=180,
    )


def _prepare(folder: Path, port: int, run_as: RunAs) -> None:
    for name in ("config", "data", "logs", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "config/opensearch.yml").write_text(SETTINGS.format(port=port, folder=folder))
    (folder / "config/jvm.options").touch()
    copyfile(Path(__file__).with_name("opensearch_log4j2.properties"), folder / "config/log4j2.properties")
    if os.geteuid() == 0:
        hand_over(folder, run_as)
