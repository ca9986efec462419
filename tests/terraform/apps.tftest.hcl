# What modules/apps makes, with the real provider. A plan asks AWS for the account alone, which is given here. What the
# roles may do is tried by tests/iam/apps.test.mjs, on the policies of these plans.

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.function.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

variables {
  prefix       = "mtr"
  domain       = "apps.example.com"
  event_bus    = { name = "mtr" }
  tenant_table = { name = "mtr-tenants", arn = "arn:aws:dynamodb:us-east-1:123456789012:table/mtr-tenants" }
  vpc_id       = "vpc-0123456789abcdef0"
  subnet_ids   = ["subnet-0123456789abcdef0"]
  cluster      = { arn = "arn:aws:ecs:us-east-1:123456789012:cluster/apps", name = "apps" }
  load_balancers = [{
    listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/apps/0123456789abcdef/0123456789abcdef"
    security_group_id = "sg-0123456789abcdef0"
  }]
  package = { s3_bucket = "releases", s3_key = "deployer.zip" }
}

run "keeps_what_apps_are_to_be" {
  command = plan

  module {
    source = "./modules/apps"
  }

  assert {
    condition     = [aws_dynamodb_table.apps.name, aws_dynamodb_table.deployments.name] == ["mtr-apps", "mtr-deployments"]
    error_message = "The API finds the tables by these names."
  }

  assert {
    condition     = aws_dynamodb_table.apps.deletion_protection_enabled && aws_dynamodb_table.apps.point_in_time_recovery[0].enabled
    error_message = "The table of apps can be lost by a mistake."
  }

  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.settings.item).value.S).quotas.small.apps == 2
    error_message = "The API does not know the quotas."
  }
}

run "hears_of_pushes_images_and_services" {
  command = plan

  module {
    source = "./modules/apps"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["installation"].event_pattern)["detail-type"] == ["push", "pull_request", "workflow_run", "installation", { prefix = "tenant." }]
    error_message = "A push starts nothing, or a tenant's suspension waits for the sweep."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.this["installation"].event_bus_name == "mtr"
    error_message = "The deployer listens to another installation's bus."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["images"].event_pattern).detail["repository-name"] == [{ prefix = "mtr/apps/" }]
    error_message = "Images of others wake the deployer, or its own do not."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["services"].event_pattern).resources == [{ prefix = "arn:aws:ecs:us-east-1:123456789012:service/apps/mtr-app-" }]
    error_message = "Services of others wake the deployer, or its own do not."
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_event_rule.this), "builds") && length(aws_codebuild_project.builder) == 0
    error_message = "CodeBuild is here although images are built on the tenants' runners."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.events.redrive_policy).maxReceiveCount == 5 && aws_sqs_queue.events.visibility_timeout_seconds == 720
    error_message = "An event is lost, or handled twice at once."
  }
}

run "builds_with_codebuild_if_asked" {
  command = plan

  module {
    source = "./modules/apps"
  }

  variables {
    builder = "codebuild"
  }

  assert {
    condition     = aws_codebuild_project.builder[0].name == "mtr-app-builder" && aws_lambda_function.deployer.environment[0].variables.CODEBUILD_PROJECT == "mtr-app-builder"
    error_message = "The deployer does not know the project."
  }

  assert {
    condition     = strcontains(aws_codebuild_project.builder[0].source[0].buildspec, "docker build") && contains(keys(aws_cloudwatch_event_rule.this), "builds")
    error_message = "A repository would bring its own buildspec, or a failed build would go unheard."
  }
}

run "takes_a_version_back_on_alarms" {
  command = plan

  module {
    source = "./modules/apps"
  }

  variables {
    rollback_alarms = { names = ["apps-5xx"], p95_seconds = 2.5, minimum_requests = 50, periods = 3 }
    alarms          = { actions = ["arn:aws:sns:us-east-1:123456789012:alerts"] }
  }

  assert {
    condition = jsondecode(aws_lambda_function.deployer.environment[0].variables.PLATFORM).rollback_alarms == {
      names = ["apps-5xx"], five_xx_percent = 5, p95_seconds = 2.5, minimum_requests = 50, period_seconds = 60, periods = 3
    }
    error_message = "The deployer makes other alarms than those that were asked for."
  }

  assert {
    condition = {
      for statement in jsondecode(data.aws_iam_policy_document.services.json).Statement : statement.Sid => statement
      if contains(["KeepAlarms", "LookAtAlarms"], statement.Sid)
      } == {
      KeepAlarms = {
        Sid      = "KeepAlarms", Effect = "Allow", Action = ["cloudwatch:TagResource", "cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
        Resource = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:mtr-app-*"
      }
      LookAtAlarms = {
        Sid      = "LookAtAlarms", Effect = "Allow", Action = "cloudwatch:DescribeAlarms",
        Resource = ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:mtr-app-*", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:apps-5xx"]
      }
    }
    error_message = "The deployer may change alarms that are no app's, or can't say which one took a version back."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["dead-letters", "errors", "sweep", "rules"]) && aws_cloudwatch_metric_alarm.this["rules"].threshold == 80
    error_message = "The operator is not warned of a load balancer that fills up."
  }
}

run "takes_a_version_back_on_its_errors_unless_told_otherwise" {
  command = plan

  module {
    source = "./modules/apps"
  }

  assert {
    condition = jsondecode(aws_lambda_function.deployer.environment[0].variables.PLATFORM).rollback_alarms == {
      names = [], five_xx_percent = 5, p95_seconds = null, minimum_requests = 20, period_seconds = 60, periods = 2
    }
    error_message = "By default a version that answers errors stays, or an alarm is made that not every app needs."
  }
}

run "makes_no_alarms_if_told" {
  command = plan

  module {
    source = "./modules/apps"
  }

  variables {
    rollback_alarms = { five_xx_percent = 100 }
  }

  assert {
    condition     = jsondecode(aws_lambda_function.deployer.environment[0].variables.PLATFORM).rollback_alarms.five_xx_percent == null
    error_message = "An alarm is made that was switched off."
  }
}

run "bounds_the_roles_that_the_deployer_makes" {
  command = plan

  module {
    source = "./modules/apps"
  }

  variables {
    iam = { path = "/ci/", suffix = "-eu" }
  }

  assert {
    condition = (
      jsondecode(aws_lambda_function.deployer.environment[0].variables.PLATFORM).roles.boundary_arn == "arn:aws:iam::123456789012:policy/ci/mtr-app-tasks-eu" &&
      aws_iam_policy.tasks.name == "mtr-app-tasks-eu" && aws_iam_policy.tasks.path == "/ci/"
    )
    error_message = "The deployer would make roles within a boundary that is not there."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(data.aws_iam_policy_document.services.json).Statement :
      statement.Resource == "arn:aws:iam::123456789012:role/ci/mtr-app-secrets-*-eu" && statement.Condition.StringEquals["iam:PermissionsBoundary"] == "arn:aws:iam::123456789012:policy/ci/mtr-app-tasks-eu"
      if contains(flatten([statement.Action]), "iam:CreateRole")
    ])
    error_message = "The deployer may make roles of other names, or without the boundary."
  }
}

run "keeps_to_the_boundary_of_the_installation" {
  command = plan

  module {
    source = "./modules/apps"
  }

  variables {
    iam = { permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
  }

  assert {
    condition     = jsondecode(aws_lambda_function.deployer.environment[0].variables.PLATFORM).roles.boundary_arn == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "A role has one boundary, and the organisation asks for its own."
  }
}

run "reads_the_apps_key_from_secrets_manager" {
  command = plan

  module {
    source = "./modules/apps"
  }

  variables {
    github = { app_key_secret = {
      arn         = "arn:aws:secretsmanager:us-east-1:123456789012:secret:github/key-a1B2c3"
      kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/secrets"
    } }
  }

  assert {
    condition     = aws_lambda_function.deployer.environment[0].variables.GITHUB_APP_KEY_PARAMETER == "arn:aws:secretsmanager:us-east-1:123456789012:secret:github/key-a1B2c3"
    error_message = "The deployer is not told of the secret."
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.deployer.json).Statement : statement.Resource
      if contains(flatten([statement.Action]), "secretsmanager:GetSecretValue")
    ] == ["arn:aws:secretsmanager:us-east-1:123456789012:secret:github/key-a1B2c3"]
    error_message = "The deployer may read another secret, or not this one."
  }

  assert {
    condition = one([
      for statement in jsondecode(data.aws_iam_policy_document.deployer.json).Statement : statement.Condition.StringEquals
      if statement.Resource == "arn:aws:kms:us-east-1:123456789012:key/secrets"
      ]) == {
      "kms:EncryptionContext:SecretARN" = "arn:aws:secretsmanager:us-east-1:123456789012:secret:github/key-a1B2c3"
      "kms:ViaService"                  = "secretsmanager.us-east-1.amazonaws.com"
    }
    error_message = "The key decrypts more than that secret."
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.deployer.json).Statement : statement.Resource
      if contains(flatten([statement.Action]), "ssm:GetParameters")
    ] == ["arn:aws:ssm:us-east-1:123456789012:parameter/mtr/app/id"]
    error_message = "The deployer may read a parameter that it does not need."
  }
}

run "knows_its_load_balancers" {
  command = plan

  module {
    source = "./modules/apps"
  }

  assert {
    condition     = jsondecode(aws_lambda_function.deployer.environment[0].variables.PLATFORM).load_balancers[0].rules == 100 && jsondecode(aws_lambda_function.deployer.environment[0].variables.PLATFORM).load_balancers[0].first_priority == 1000
    error_message = "A load balancer has other limits than AWS's, or its own rules are in the way."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 0
    error_message = "Alarms are made that nobody asked for."
  }
}
