// What `npm run sandbox` and `yarn bench` understand.
const { SWITCH, whole } = require('./command-line.cjs');

const SANDBOX = {
  name: 'npm run sandbox',
  usage: `npm run sandbox                    up, the demo, a summary table, down
  --json                           one JSON object as the last line
  --keep                           leave it up
  --port N                         the webhook's port
npm run sandbox -- up [--port N]   bring it up
npm run sandbox -- status [--json]
npm run sandbox -- env             what a shell needs for the AWS CLI: eval "$(npm run -s sandbox -- env)"
npm run sandbox -- replan          a second terraform plan; fails unless it is empty
npm run sandbox -- chaos           injects faults into a sandbox that is up
  --flood N                        jobs of the flood, 1 to 5000 instead of 500
  --json                           one JSON object as the last line
npm run sandbox -- operate         tries every verb of mtr on a sandbox that is up
npm run sandbox -- hot             how soon a job runs whose machine waited in a pool, on a sandbox that is up
npm run sandbox -- burst           how soon forty tenants get a machine at the same moment, on a sandbox that is up
npm run sandbox -- screenshots     takes the screenshots of the page, images/page-*.png
npm run sandbox -- destroy         offboards every tenant, terraform destroy; fails if anything is left
npm run sandbox -- apps            tenants push, and their apps answer, in an emulator of its own; down again at the end
  --keep                           stop while they answer, and leave it up
  --pictures                       take the pictures of docs/apps.md, images/app-*
npm run sandbox -- saas            a platform of three tenants' apps, in an emulator of its own; down again at the end
  --keep                           leave it up
npm run sandbox -- down
SANDBOX_DIR names another folder for the state, so that several sandboxes can be up at once.`,
  byDefault: 'run',
  commands: {
    run: { json: SWITCH, keep: SWITCH, port: whole(1, 65_535) },
    up: { port: whole(1, 65_535) },
    status: { json: SWITCH },
    env: {},
    replan: {},
    chaos: { flood: whole(1, 5000), json: SWITCH },
    operate: {},
    hot: {},
    burst: {},
    screenshots: {},
    destroy: {},
    saas: { keep: SWITCH },
    apps: { keep: SWITCH, pictures: SWITCH },
    down: {},
  },
};

const BENCH = {
  name: 'yarn bench',
  usage: `yarn bench   the size of each function's zip, its load time on each of Lambda's runtimes, and a table of what
             the other benches measure, each row with the command that prints it in full
  --sandbox  also the calls that one warm job costs in the sandbox: the one that is up, or one that is brought up and
             taken down again`,
  options: { sandbox: SWITCH },
};

module.exports = { SANDBOX, BENCH };
