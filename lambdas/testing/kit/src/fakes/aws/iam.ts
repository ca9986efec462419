import { Refuse } from './refuse';

/** IAM as far as the deployer uses it: a role with a policy in it can't be deleted. */
export interface FakeIam {
  readonly roles: Map<string, { readonly boundary: string; readonly policies: Map<string, string> }>;
  readonly operations: Readonly<Record<string, (form: ReadonlyMap<string, string>) => string>>;
}

export function createFakeIam(): FakeIam {
  const roles: FakeIam['roles'] = new Map();
  const roleOf = (form: ReadonlyMap<string, string>) => {
    const found = roles.get(form.get('RoleName') ?? '');
    if (found === undefined) throw new Refuse('NoSuchEntity', 'The role cannot be found.', 404);
    return found;
  };
  return {
    roles,
    operations: {
      CreateRole: (form) => {
        const name = form.get('RoleName') ?? '';
        if (roles.has(name)) throw new Refuse('EntityAlreadyExists', 'Role with that name already exists.', 409);
        roles.set(name, { boundary: form.get('PermissionsBoundary') ?? '', policies: new Map() });
        return '';
      },
      PutRolePolicy: (form) => {
        roleOf(form).policies.set(form.get('PolicyName') ?? '', form.get('PolicyDocument') ?? '');
        return '';
      },
      GetRole: (form) => `<Role><RoleName>${roleOf(form) && form.get('RoleName')}</RoleName></Role>`,
      DeleteRolePolicy: (form) => {
        if (!roleOf(form).policies.delete(form.get('PolicyName') ?? ''))
          throw new Refuse('NoSuchEntity', 'The role policy cannot be found.', 404);
        return '';
      },
      DeleteRole: (form) => {
        if (roleOf(form).policies.size > 0) throw new Refuse('DeleteConflict', 'Must delete policies first.', 409);
        roles.delete(form.get('RoleName') ?? '');
        return '';
      },
    },
  };
}
