import { errorPart, lastJson } from './terraform-output';

describe('what Terraform prints', () => {
  it('is cut to its errors', () => {
    expect(errorPart('Reading...\nstill fine\n\nError: no zip\n\n  on main.tf line 1\n')).toBe(
      'Error: no zip\n\n  on main.tf line 1',
    );
  });

  it('is shown by its end where it names no error', () => {
    expect(errorPart('a\nb\n')).toBe('a\nb');
  });

  it('is read as JSON after a warning', () => {
    expect(lastJson('Warning: something\n{"a":1}\n')).toEqual({ a: 1 });
  });
});
