import unittest

from launcher.machines import Machines

DISK = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": "vol-1"}}


class NewMachine(unittest.TestCase):
    def test_is_shown_after_the_call_that_starts_it_and_its_disk_later(self):
        machine = {"LaunchedAt": 100, "BlockDeviceMappings": [DISK]}
        seen = []
        for now in (100, 100.05, 100.2, 101):
            machines = Machines(None, None, None, None, now=lambda now=now: now)
            seen.append((machines.is_shown(machine), machines.disks(machine)))
        self.assertEqual(seen, [(False, []), (False, []), (True, []), (True, [DISK])])
