export function runtimeNames(root: string): string[];
export function defaultRuntime(root: string): string;
export function runtimePrograms(root: string): Record<string, string>;
export function ensureRuntimes(options: { root: string; log?: (line: string) => void }): Promise<void>;
