"""The words of the domain: enums, frozen records and the one exception tree. Standard library only."""
