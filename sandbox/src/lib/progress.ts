/** Says what is being done: a line that lives on a terminal, plain lines elsewhere. */
export interface Progress {
  step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T>;
  line(text: string): void;
}

interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
}

export function createProgress(output: Output, now: () => number = Date.now): Progress {
  const line = (text: string): void => output.write(`${text}\n`);
  return {
    line,
    async step(title, work) {
      const started = now();
      let detail = '';
      const seconds = (): string => `${((now() - started) / 1000).toFixed(1)} s`;
      const draw = (): void => output.write(`\r\u001b[K  … ${title}${detail && `: ${detail}`} (${seconds()})`);
      const timer = output.isTTY ? setInterval(draw, 200) : undefined;
      const settle = (mark: string): void => {
        clearInterval(timer);
        line(`${output.isTTY ? '\r\u001b[K' : ''}  ${mark} ${title} (${seconds()})`);
      };
      if (!output.isTTY) line(`  … ${title}`);
      try {
        const result = await work((text) => {
          detail = text;
        });
        settle('✓');
        return result;
      } catch (error) {
        settle('✗');
        throw error;
      }
    },
  };
}
