import { parseAppFile } from './app-file';

const parsed = (value: unknown) => parseAppFile(JSON.stringify(value));

describe('.mtr/app.json', () => {
  it('may say everything', () => {
    expect(
      parsed({
        name: 'Shop',
        branch: 'main',
        directory: 'services/shop',
        port: 3000,
        health: { path: '/healthz' },
        size: { cpu: 512, memory: 1024 },
        count: 2,
        preview: true,
      }),
    ).toEqual({
      ok: true,
      value: {
        name: 'shop',
        branch: 'main',
        directory: 'services/shop',
        port: 3000,
        healthPath: '/healthz',
        cpu: 512,
        memory: 1024,
        count: 2,
        preview: true,
      },
    });
  });

  it.each(['release/1.0', 'feature_x', 'v1.2', 'a@b'])('may have the branch %s', (branch) =>
    expect(parsed({ branch })).toEqual({ ok: true, value: { branch } }),
  );

  it.each(['a..b', '/main', 'main/', 'a//b', 'a/.b', '.a', 'a.', 'a.lock', 'a.lock/b', 'a@{1}', '-d', 'a b'])(
    'has no branch %s, which git has none of',
    (branch) => expect(parsed({ branch })).toEqual({ ok: false, problems: ['branch is not a name of a branch'] }),
  );

  it('may say nothing', () => expect(parsed({})).toEqual({ ok: true, value: {} }));

  it('names every problem at once, and repeats no value', () => {
    const result = parsed({
      name: '-',
      branch: 'a b',
      directory: '../other',
      port: 0,
      health: { path: 'x', paths: 1 },
      size: { cpu: 256, memory: 4096 },
      count: -1,
      preview: 'secret',
      ports: 1,
    });
    expect(result).toEqual({
      ok: false,
      problems: [
        '.mtr/app.json may only have name, branch, directory, port, health, size, count, preview',
        'branch is not a name of a branch',
        'directory is not a path within the repository, such as services/shop',
        'port is not a whole number from 1 to 65535',
        'preview is not true or false',
        'name: the name must have only letters of a to z, digits and single dashes, begin with a letter and not end ' +
          'in a dash',
        'name: the name must have 2 to 23 characters',
        'health may only have path',
        'health.path does not begin with /, or is not printable ASCII',
        'size.memory is not one of 512, 1024, 2048, which Fargate has for cpu 256',
        'count is not an integer of at least 0',
      ],
    });
  });

  it.each([
    ['no JSON', '{', ['.mtr/app.json is not JSON']],
    ['a list', '[]', ['.mtr/app.json is not an object']],
    [
      'a size by halves',
      '{"size":{"cpu":512}}',
      [
        'size needs both cpu and memory',
        'size.memory is not one of 1024, 2048, 3072, 4096, which Fargate has for cpu 512',
      ],
    ],
    ['a size that is none', '{"size":1}', ['size is not an object']],
    ['health that is none', '{"health":"/"}', ['health is not an object']],
  ])('is refused: %s', (_what, text, problems) => expect(parseAppFile(text)).toEqual({ ok: false, problems }));

  it.each(['.', 'a', 'a/b c', 'a..b'])('may lie beside %s', (directory) => {
    expect(parsed({ directory })).toEqual({ ok: true, value: { directory } });
  });

  it.each(['', '/a', 'a/../b', '..', 'a;b'])('may not lie in "%s"', (directory) => {
    expect(parsed({ directory })).toMatchObject({ ok: false });
  });
});
