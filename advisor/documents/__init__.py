"""Text in, plain data and exact positions out; knows nothing of CloudFormation."""
