"""What is remembered: the tables, the migrations, and the queries grouped by use."""
