// Reads the command lines of this project's programs. Plain JavaScript without dependencies: setup reads them before
// anything is installed. Nothing is guessed and nothing ignored: what is not understood is said in one sentence.

/** An option that stands alone, as --json. */
const SWITCH = { kind: 'switch' };
/** An option with a text, as --seed of-mine. */
const TEXT = { kind: 'text' };
/** An option with a whole number, as --port 8080. */
const whole = (least, most) => ({ kind: 'whole', least, most });

/**
 * @param program `{ name, options }`, or `{ name, commands: { up: options, … }, byDefault }` where the first word is
 *   one
 * @param environment npm's, which tells of the options that npm took for its own
 * @returns `{ kind: 'run', command, switches, numbers, texts }`, `{ kind: 'help' }` or `{ kind: 'wrong', problem }`
 */
function readCommandLine(program, args, environment = process.env) {
  const { commands, byDefault = '' } = program;
  if (args.includes('--help') || args.includes('-h') || (commands && args[0] === 'help')) return { kind: 'help' };
  const named = commands !== undefined && args[0] !== undefined && !args[0].startsWith('-');
  const command = named ? args[0] : byDefault;
  if (named && !Object.hasOwn(commands, command))
    return wrong(`There is no command "${command}"; ${program.name} knows ${listed(Object.keys(commands))}.`);
  const whose = named
    ? { name: `"${command}"`, options: commands[command] }
    : { name: program.name, options: commands ? commands[byDefault] : program.options };
  const kept = keptByNpm(Object.keys(whose.options), environment);
  if (kept !== undefined)
    return wrong(`npm took --${kept} for its own; put "--" before it, as in npm run <script> -- --${kept}.`);
  return readOptions(whose, command, named ? args.slice(1) : args);
}

/** `npm test --list` hands npm an option, and the program none: it would do something else than it was asked for. */
function keptByNpm(names, environment) {
  if (environment.npm_lifecycle_event === undefined) return undefined;
  // node-gyp has a setting of this name, which machines keep for good.
  const others = names.filter((name) => name !== 'jobs');
  return others.find((name) => environment[`npm_config_${name.replaceAll('-', '_')}`] !== undefined);
}

function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function unknown(argument, owner, options) {
  const names = Object.keys(options).map((name) => `--${name}`);
  const known = names.length === 0 ? 'none' : listed(names);
  return wrong(`${argument} is not an option of ${owner}, which takes ${known}; --help says more.`);
}

function readOptions({ name: owner, options }, command, args) {
  const read = { kind: 'run', command, switches: new Set(), numbers: {}, texts: {} };
  const given = new Set();
  for (let index = 0; index < args.length; index += 1) {
    const [, name = '', inline] = /^--([a-z][a-z-]*)(?:=(.*))?$/s.exec(args[index]) ?? [];
    if (!Object.hasOwn(options, name)) return unknown(args[index], owner, options);
    if (given.has(name)) return wrong(`--${name} is given twice.`);
    given.add(name);
    if (options[name].kind === 'switch') {
      if (inline !== undefined) return wrong(`--${name} takes no value.`);
      read.switches.add(name);
      continue;
    }
    const value = inline ?? args[(index += 1)];
    if (value === undefined || value === '' || (inline === undefined && value.startsWith('--')))
      return wrong(`--${name} needs a value; --help says which.`);
    const problem = take(read, name, options[name], value);
    if (problem !== undefined) return wrong(problem);
  }
  return read;
}

function take(read, name, option, value) {
  if (option.kind === 'text') {
    read.texts[name] = value;
    return undefined;
  }
  const number = /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  if (number === undefined || number < option.least || number > option.most)
    return `--${name} must be a whole number from ${option.least} to ${option.most}, not ${value}.`;
  read.numbers[name] = number;
  return undefined;
}

function wrong(problem) {
  return { kind: 'wrong', problem };
}

/** For a program that ends here unless it is to run: prints help, or what is wrong, which is exit code 2. */
function commandLineOrEnd(program, args = process.argv.slice(2)) {
  const read = readCommandLine(program, args);
  if (read.kind === 'run') return read;
  if (read.kind === 'help') console.log(program.usage);
  else console.error(read.problem);
  process.exit(read.kind === 'help' ? 0 : 2);
}

module.exports = { SWITCH, TEXT, whole, readCommandLine, commandLineOrEnd };
