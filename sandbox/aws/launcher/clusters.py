"""Aurora's endpoints keep the names that a cluster was made with; the emulator puts its own address in their place.

No database runs here, so nobody connects to either.
"""

_NAMES = ("Endpoint", "ReaderEndpoint")


def install(rds):
    original = rds._sync_cluster_endpoints

    def sync(cluster):
        names = {name: cluster[name] for name in _NAMES if cluster.get(name)}
        original(cluster)
        cluster.update(names)

    rds._sync_cluster_endpoints = sync
