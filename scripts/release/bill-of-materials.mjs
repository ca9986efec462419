import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import spdx from 'spdx-expression-parse';
import cyclonedx from '@cyclonedx/cyclonedx-library';

const { Contrib, Enums, Models, Serialize, Spec } = cyclonedx;

/**
 * The CycloneDX bill of materials of a release, as JSON: each npm package whose code is in a bundle, with the functions
 * that hold it. It carries no time and no random serial number, so the same sources give the same bytes.
 *
 * @param packages for each function the folders of its packages, as `lambdas/build.mjs --packages` lists them
 */
export function billOfMaterials({ name, version, packages }) {
  const licenses = new Contrib.License.Factories.LicenseFactory(spdx);
  const bom = new Models.Bom();
  bom.metadata.component = new Models.Component(Enums.ComponentType.Application, name, { version, bomRef: name });
  const holders = new Map();
  for (const [holder, folders] of Object.entries(packages)) {
    for (const folder of folders) holders.set(folder, [...(holders.get(folder) ?? []), holder]);
  }
  for (const [folder, functions] of [...holders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    bom.components.add(
      componentOf(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')), functions, licenses),
    );
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return serializer.serialize(bom, { sortLists: true, space: 2 });
}

function componentOf(manifest, functions, licenses) {
  const [group, name] = manifest.name.startsWith('@') ? manifest.name.split('/') : [undefined, manifest.name];
  const purl = `pkg:npm/${group === undefined ? '' : `${encodeURIComponent(group)}/`}${name}@${manifest.version}`;
  const component = new Models.Component(Enums.ComponentType.Library, name, {
    version: manifest.version,
    bomRef: purl,
    purl,
    ...(group !== undefined && { group }),
  });
  if (typeof manifest.license === 'string') component.licenses.add(licenses.makeFromString(manifest.license));
  for (const holder of functions) component.properties.add(new Models.Property('multi-tenant-runner:function', holder));
  return component;
}
