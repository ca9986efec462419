import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What tenants push: an app that answers with a word, one whose image can't be built, and one that ends at once. */
export type Files = Readonly<Record<string, string>>;

const ROOT = join(__dirname, '..', '..', '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'app');
const read = (path: string): string => readFileSync(join(EXAMPLE, path), 'utf8');
const DOCKERFILE = read('Dockerfile');
/** Of a tenant whose images its own runners build. */
export const WORKFLOW = '.github/workflows/mtr-deploy.yml';
/** Whose copy of the reusable workflow the example's calls. */
export const PLATFORM = { login: 'my-platform', repository: 'multi-tenant-runner' } as const;

/** What nobody can have said before. */
export const word = (): string => randomBytes(8).toString('hex');
export const works = (word: string): Files => ({
  Dockerfile: DOCKERFILE,
  'server.py': read('server.py'),
  'word.txt': word,
});
export const worksOnRunner = (word: string): Files => ({ ...works(word), [WORKFLOW]: read(WORKFLOW) });
/** Says a digest of its secret. */
export const saysSecret = (word: string): Files => ({
  ...works(word),
  'server.py': read('server.py').replace(
    /^WORD = .*$/m,
    'import hashlib\nWORD = hashlib.sha256(os.environ["GREETING"].encode()).hexdigest()[:16]',
  ),
});
export const doesNotBuild = (word: string): Files => ({
  ...works(word),
  Dockerfile: `${DOCKERFILE}RUN false\n`,
});
/** Well at its health check and for its first visitors; then every answer is `wrong`. */
const turns = (word: string, wrong: string): Files => ({
  ...works(word),
  'server.py': read('server.py')
    .replace('class Handler', `import time\n\nVISITS = []\n\n\ndef turn(handler):\n${wrong}\n\n\nclass Handler`)
    .replace('self.send_response(200)', 'self.send_response(turn(self))'),
});
const VISIT = `    if not handler.headers.get("user-agent", "").startswith("ELB-"):
        VISITS.append(1)
        if len(VISITS) > 5:`;
/** Starts, and then answers errors. */
export const answersErrors = (word: string): Files => turns(word, `${VISIT}\n            return 500\n    return 200`);
/** Starts, and then takes five seconds. */
export const answersLate = (word: string): Files => turns(word, `${VISIT}\n            time.sleep(5)\n    return 200`);
export const crashes = (word: string): Files => ({
  ...works(word),
  'server.py': `raise SystemExit(${JSON.stringify(`${word} does not start`)})\n`,
});

/** What the platform gives its tenants. */
export const platformFiles = (): Files => {
  const path = '.github/workflows/build-app.yml';
  return { [path]: readFileSync(join(ROOT, path), 'utf8') };
};
