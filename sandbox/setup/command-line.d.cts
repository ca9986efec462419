export type Option =
  | { readonly kind: 'switch' }
  | { readonly kind: 'text' }
  | { readonly kind: 'whole'; readonly least: number; readonly most: number };
export type Options = Readonly<Record<string, Option>>;
export type Program = { readonly name: string; readonly usage: string } & (
  | { readonly options: Options; readonly commands?: undefined }
  | { readonly commands: Readonly<Record<string, Options>>; readonly byDefault: string }
);
export type Read = {
  readonly kind: 'run';
  readonly command: string;
  readonly switches: ReadonlySet<string>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly texts: Readonly<Record<string, string>>;
};
export const SWITCH: Option;
export const TEXT: Option;
export function whole(least: number, most: number): Option;
export function readCommandLine(
  program: Program,
  args: readonly string[],
  environment?: Readonly<Record<string, string | undefined>>,
): Read | { readonly kind: 'help' } | { readonly kind: 'wrong'; readonly problem: string };
export function commandLineOrEnd(program: Program, args?: readonly string[]): Read;
