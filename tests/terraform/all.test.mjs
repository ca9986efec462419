// In one process, so that all share one plan.
import './events.test.mjs';
import './examples.test.mjs';
import './features.test.mjs';
import './observability.test.mjs';
import './options.test.mjs';
import './plan.test.mjs';
import './release.test.mjs';
import './rules.test.mjs';
import './saas-platform.test.mjs';
import './user-data.test.mjs';
import '../iam/apps.test.mjs';
import '../iam/policies.test.mjs';
import '../iam/tenant-app.test.mjs';
import '../secrets/plan.test.mjs';
