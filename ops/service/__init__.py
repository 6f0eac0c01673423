"""What joins the parts: command line, web application, demonstration, benchmarks."""
