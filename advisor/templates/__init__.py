"""CloudFormation and SAM: what a template declares and what its values are; judges nothing."""
