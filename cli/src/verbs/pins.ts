import type { Command } from 'commander';
import { listImages } from '../commands/images';
import { listPins, unpinLogin } from '../commands/pins';
import { change, changeOptions } from '../options';
import type { Answering } from '../program-deps';

/** What stays what it was until somebody changes it: logins of accounts, images and runners of sizes. */
export function addPins(program: Command, answer: Answering): void {
  const pins = program.command('pins').description('logins of the allow list, each pinned to the account that had it');
  pins
    .command('list')
    .description('which account has the place of each login')
    .action(() => answer(listPins));
  change(pins.command('remove <login>').description('let another account have its place')).action((login, options) =>
    answer((fleet) => unpinLogin(login, changeOptions(options), fleet)),
  );
  program
    .command('images')
    .description("the image of each size, its age, and the version of GitHub's runner in it or pinned instead")
    .action(() => answer(listImages));
}
