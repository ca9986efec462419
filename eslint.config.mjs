// Few rules, each for a mistake that neither the compiler nor a reader finds. Types, unused names and the like are
// tsc's.
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/node_modules/', '.sandbox/', 'lambdas/build/', 'lambdas/dist/', '**/.terraform/'] },
  {
    files: ['lambdas/**/*.ts', 'sandbox/**/*.ts', 'tests/**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
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
      // Named exports alone: a default one is named anew by every file that imports it.
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Export it by name.' }],
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
);
