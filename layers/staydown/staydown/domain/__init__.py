"""The rules, pure: no AWS, no imaging, nothing but the standard library."""
