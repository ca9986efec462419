// Compiles like every other test run, and applies one mutation to the product on the way; no file changes.
const { createTransformer } = require('@swc/jest');

const mutation = JSON.parse(process.env.MUTATION ?? '{"file":"","edits":[]}');

function mutate(source, filename) {
  if (mutation.file === '' || !filename.replaceAll('\\', '/').endsWith(mutation.file)) return source;
  return mutation.edits.reduce((text, [find, replace]) => text.replace(find, () => replace), source);
}

module.exports = {
  createTransformer: (options) => {
    const swc = createTransformer(options);
    return {
      canInstrument: swc.canInstrument,
      process: (source, filename, jestOptions) => swc.process(mutate(source, filename), filename, jestOptions),
      getCacheKey: (source, filename, jestOptions) => swc.getCacheKey(mutate(source, filename), filename, jestOptions),
    };
  },
};
