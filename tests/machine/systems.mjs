// How the two systems differ for the boot script. Neither is the real one: both run on Debian's packages under another
// name, with package managers that only record what they are to install.
const note = (program) => `#!/bin/bash\necho "${program} $*" >>/var/log/packages\n`;

export const SYSTEMS = {
  'Amazon Linux 2023': {
    'etc/os-release': 'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\n',
    'usr/local/bin/dnf': note('dnf'),
  },
  Ubuntu: {
    'etc/os-release': 'NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n',
    'usr/local/bin/apt-get': note('apt-get'),
  },
};
