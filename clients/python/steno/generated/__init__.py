"""What is made of the OpenAPI document."""
