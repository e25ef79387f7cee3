"""Looking into the database many times a second, to find the moment for a fault."""

import time

from checks import SECOND

RINGER_PATIENCE = 0.4  # seconds in which a daemon is to be seen ringing


class Watch:
    """A session behind the daemons' backs. Each daemon of the scene logs in as a role of its own, by which its sessions
    are known (Scene.start_apart)."""

    def __init__(self, scene):
        self.scene = scene
        self.session = scene.cluster.session()

    def close(self):
        self.session.close()

    def now(self):
        return int(self.session.ask("SELECT (extract(epoch FROM clock()) * 1000000)::bigint;")[0])

    def wait_until(self, moment):
        time.sleep(max(0, (moment - self.now()) / SECOND))

    def claimed(self, moment):
        """The incidents that are leased at that moment of the database's clock."""
        return self.session.ask("SELECT incident_id FROM incident_clock WHERE lease_until > "
                                f"to_timestamp({moment / SECOND});")

    def ringing(self):
        """The daemons that have a transaction open in which clocks are rung: their ticker's other statements are each a
        transaction by itself."""
        roles = self.session.ask("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = "
                                 "'noroshi ticker' AND (state = 'idle in transaction' OR state = 'active' AND "
                                 "query !~ 'claim_clocks|next_unclaimed_ring');")
        return [daemon for daemon in self.scene.daemons if daemon.role in roles]

    def wait_for_ringer(self):
        """A daemon that rings just now; None where none was seen for a while."""
        deadline = time.monotonic() + RINGER_PATIENCE
        while time.monotonic() < deadline:
            if ringers := self.ringing():
                return ringers[0]
        return None
