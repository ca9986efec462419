export function venvFolder(root: string): string;
export function venvProgram(root: string, name: string): string;
export function ensurePython(options: { root: string; log?: (line: string) => void }): Promise<void>;
export function awsCliFolder(root: string): string | undefined;
