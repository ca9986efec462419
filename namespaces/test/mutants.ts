// Everything that can be taken out of the manifests or made weaker, once each.
import { type Manifest } from './rendered';

export interface Mutant {
  readonly what: string;
  readonly kind: string;
  readonly manifests: Manifest[];
}

type Path = readonly (string | number)[];

/** What says nothing by itself, or what Kubernetes fills in with the same. */
const SILENT = [
  /^(apiVersion|kind)$/,
  /metadata\.(name|annotations)/,
  /\.(message|name)$/,
  /\.apiVersions/,
  /\.policyTypes$/,
  /matchConditions\.0\.name/,
  /roleRef\.apiGroup|subjects\.0\.(apiGroup|kind)/,
  /limits\.\d\.type$/,
  /scaleTargetRef\.(apiVersion|kind)|metrics\.0\.(type|resource\.name)|target\.type/,
];

/** Deleted documents, deleted parts, and rights and figures that grow. */
export function mutantsOf(manifests: readonly Manifest[]): Mutant[] {
  const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;
  const gone = manifests.map((one, index) => ({
    what: `without ${nameOf(one)}`,
    kind: String(one.kind),
    manifests: manifests.filter((_, other) => other !== index),
  }));
  const changed = manifests.flatMap((one, index) =>
    pathsOf(one).flatMap((path) =>
      changesOf(one, path).map(({ how, change }) => {
        const copy = structuredClone(one);
        const parent = path.slice(0, -1).reduce<Manifest>((from, key) => from[key], copy);
        change(parent, path[path.length - 1] as never);
        return {
          what: `${nameOf(one)}: ${path.join('.')} ${how}`,
          kind: String(one.kind),
          manifests: manifests.map((other, at) => (at === index ? copy : other)),
        };
      }),
    ),
  );
  return [...gone, ...changed];
}

function pathsOf(value: Manifest, start: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const path = [...start, Array.isArray(value) ? Number(key) : key];
    return [path, ...pathsOf(value[key], path)];
  });
}

type Change = { readonly how: string; readonly change: (parent: Manifest, key: never) => void };

function changesOf(one: Manifest, path: Path): Change[] {
  const text = path.join('.');
  if (SILENT.some((pattern) => pattern.test(text))) return [];
  if (path[0] === 'metadata' && path[1] !== 'labels') return [];
  if (!['metadata', 'rules', 'spec', 'automountServiceAccountToken', 'subjects', 'roleRef'].includes(String(path[0])))
    return [];
  const value = path.reduce<Manifest>((from, key) => from[key], one);
  const found: Change[] = [{ how: 'taken out', change: takeOut }];
  if (path[path.length - 1] === 'failurePolicy')
    return [{ how: 'made "Ignore"', change: (parent, key) => (parent[key] = 'Ignore') }];
  if (path[path.length - 1] === 'protocol')
    return [{ how: 'made another', change: (parent, key) => (parent[key] = value === 'TCP' ? 'UDP' : 'TCP') }];
  if (/rules\.\d+\.(verbs|resources)$/.test(text))
    found.push({ how: 'made "*"', change: (parent, key) => (parent[key] = ['*']) });
  if (typeof value === 'string' && /^\d/.test(value) && /spec\.(hard|limits)/.test(text))
    found.push({
      how: 'grown tenfold',
      change: (parent, key) => (parent[key] = value === '0' ? '10' : value.replace(/^\d+/, '$&0')),
    });
  if (path[path.length - 1] === 'expression' && text.includes('validations'))
    found.push({ how: 'made true', change: (parent, key) => (parent[key] = 'true') });
  if (path[path.length - 1] === 'expression' && text.includes('matchConditions'))
    found.push({ how: 'made false', change: (parent, key) => (parent[key] = 'false') });
  if (path[path.length - 1] === 'cidr' && value !== '0.0.0.0/0')
    found.push({ how: 'made everything', change: (parent, key) => (parent[key] = '0.0.0.0/0') });
  return found;
}

function takeOut(parent: Manifest, key: never): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}
