# The rules that tflint brings along for Terraform itself. Rules for AWS are a plugin that only GitHub serves; those are left to checkov.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# Resources are cut into files by subject; an empty main.tf or outputs.tf helps nobody.
rule "terraform_standard_module_structure" {
  enabled = false
}
