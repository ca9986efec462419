import { createProgress } from './progress';

function recorded(isTTY: boolean) {
  let text = '';
  return { progress: createProgress({ write: (part) => void (text += part), isTTY }, () => 0), text: () => text };
}

describe('progress', () => {
  it('prints plain lines without a terminal', async () => {
    const { progress, text } = recorded(false);
    await progress.step('Terraform', async (detail) => detail('12 resources'));
    expect(text()).toBe('  … Terraform\n  ✓ Terraform (0.0 s)\n');
  });

  it('rewrites one line on a terminal', async () => {
    const { progress, text } = recorded(true);
    await progress.step('Terraform', async () => undefined);
    expect(text()).toBe('\r\u001b[K  ✓ Terraform (0.0 s)\n');
  });

  it('marks a step that failed and passes the failure on', async () => {
    const { progress, text } = recorded(false);
    await expect(progress.step('Terraform', async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(text()).toContain('✗ Terraform');
  });
});
