import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareFolder, readRecord, readSandboxFile, removeState, sandboxPaths, writePrivateJson } from './state';

describe('the state of a sandbox', () => {
  const root = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
  const paths = sandboxPaths(root);
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  beforeEach(() => prepareFolder(paths));

  it('is in .sandbox of the checkout, or where SANDBOX_DIR says', () => {
    expect(sandboxPaths('/checkout').folder).toBe('/checkout/.sandbox');
    expect(sandboxPaths('/checkout', '/elsewhere').sandboxFile).toBe('/elsewhere/sandbox.json');
  });

  it('is readable by its owner alone, because it holds keys', () => {
    writePrivateJson(paths.sandboxFile, { prefix: 'sandbox' });
    expect(statSync(paths.sandboxFile).mode & 0o077).toBe(0);
    expect(readSandboxFile(paths)).toEqual({ prefix: 'sandbox' });
  });

  it('is absent before the first up', () => {
    expect(readRecord(paths)).toBeUndefined();
  });

  it('names the invalid file', () => {
    writeFileSync(paths.recordFile, '{');
    expect(() => readRecord(paths)).toThrow(paths.recordFile);
  });

  it('goes with down, but logs and what setup made stay', () => {
    const kept = join(paths.folder, 'venv');
    mkdirSync(kept, { recursive: true });
    writeFileSync(join(paths.logs, 'emulator.log'), 'it said why');
    writeFileSync(join(paths.terraform, 'terraform.tfstate'), '{}');
    writePrivateJson(paths.recordFile, { processes: [] });
    removeState(paths);
    expect(
      [paths.recordFile, paths.config, join(paths.terraform, 'terraform.tfstate')].filter((path) => existsSync(path)),
    ).toEqual([]);
    expect([kept, join(paths.logs, 'emulator.log')].every((path) => existsSync(path))).toBe(true);
  });
});
