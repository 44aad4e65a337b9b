# Facts: PySpark documentation, "Spark SQL". Frames are lazy; actions run a job on the cluster.
from pyspark.sql.session import SparkSession as SparkSession
from pyspark.sql.dataframe import DataFrame as DataFrame
