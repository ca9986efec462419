export function findBrowser(): string | undefined;
export function ensureBrowser(options?: { readonly log?: (line: string) => void }): Promise<string | undefined>;
