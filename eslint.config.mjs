// Few rules, each for a mistake that neither the compiler nor a reader finds. Types, unused names and the like are
// tsc's; layout is Prettier's; what nothing uses is knip's.
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

/** A default export is named anew by every file that imports it. */
const NAMED_EXPORTS = { selector: 'ExportDefaultDeclaration', message: 'Export it by name.' };

/** A time-out of a single test judges how busy the machine is; jest.preset.cjs has one for what never ends. */
const OWN_TIMEOUTS = ['[callee.name=/^(test|it)$/]', '[callee.callee.object.name=/^(test|it)$/]'].map((callee) => ({
  selector: `CallExpression${callee}[arguments.length>2]`,
  message: 'Leave the time-out to jest.preset.cjs.',
}));

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '.sandbox/',
      'lambdas/build/',
      'lambdas/dist/',
      'cli/dist/',
      'page/dist/',
      '**/.terraform/',
    ],
  },
  {
    files: [
      'cli/**/*.ts',
      'lambdas/**/*.ts',
      'namespaces/**/*.ts',
      'page/**/*.{ts,tsx}',
      'sandbox/**/*.ts',
      'tests/**/*.ts',
    ],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin, 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver(), createNodeResolver()] },
    rules: {
      // A promise that nobody waits for: its failure is lost, and Lambda freezes before it is done.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      // Without it a rejection leaves the try block that was to catch it.
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      // The house's word on types: strict, no `any`, every case of a union handled.
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      'no-restricted-syntax': ['error', NAMED_EXPORTS],
      'import-x/no-cycle': 'error',
      'max-params': ['error', { max: 4 }],
      'max-lines': ['error', { max: 200 }],
      // Prettier breaks all but texts and comments.
      'max-len': [
        'error',
        { code: 120, ignoreRegExpLiterals: true, ignoreUrls: true, ignorePattern: "^\\s*(test|it)\\('" },
      ],
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.test.ts', '**/*.contract.ts'],
    rules: {
      'max-lines': ['error', { max: 450 }],
      'max-params': 'off',
      'no-restricted-syntax': ['error', NAMED_EXPORTS, ...OWN_TIMEOUTS],
    },
  },
);
