export type ProviderSource = { kind: 'registry' } | { kind: 'mirror'; folder: string };
export type SearchOptions = {
  env?: NodeJS.ProcessEnv;
  home?: string;
  platform?: string;
  reach?: () => Promise<boolean>;
};
export function findProviderSource(options?: SearchOptions): Promise<ProviderSource>;
export function mirrorCandidates(options: { home: string; optional?: string[] }): string[];
export function holdsProvider(folder: string, platform: string): boolean;
export function prepareTerraform(options: {
  folder: string;
  source?: ProviderSource;
  env?: NodeJS.ProcessEnv;
}): Promise<{ source: ProviderSource; env: NodeJS.ProcessEnv }>;
export function cliConfig(source: ProviderSource): string;
export function findTerraform(env?: NodeJS.ProcessEnv): string;
export function terraformPlatform(platform?: string, arch?: string): string;
